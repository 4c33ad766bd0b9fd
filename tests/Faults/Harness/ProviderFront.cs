using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>What is wrong with a payment provider, whatever the card.</summary>
internal enum Ailment
{
    None,

    /// <summary>It takes its time, though less than a host waits.</summary>
    Slow,

    /// <summary>It does what it is asked, and does not answer.</summary>
    Silent,

    /// <summary>Every answer is an internal error; half of what it is asked it does.</summary>
    Broken,
}

/// <summary>
/// What a host meets of the provider: it counts who is asking, and may be slow, silent or broken.
/// Customers, who pay on a page of the provider's, notice nothing.
/// </summary>
internal sealed class ProviderFront : IStartupFilter
{
    private const string Asked = "/v1/payments";
    private const string Confirmed = "/v1/payments/confirm";

    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(2);

    private volatile TaskCompletionSource _mended = NewEnd();
    private volatile Ailment _ailment;
    private long _struck;
    private int _confirmations;

    /// <summary>Confirmations that are being answered.</summary>
    public int ConfirmationsUnderWay => Volatile.Read(ref _confirmations);

    /// <summary>How many questions of hosts were answered late, wrongly or not at all.</summary>
    public long Struck => Interlocked.Read(ref _struck);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(CountAsync);
            app.Use(SufferAsync);
            next(app);
        };

    public void Inflict(Ailment ailment) => _ailment = ailment;

    /// <summary>Whoever waits for an answer that was withheld is hung up on.</summary>
    public void Mend()
    {
        _ailment = Ailment.None;
        Interlocked.Exchange(ref _mended, NewEnd()).SetResult();
    }

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != Confirmed)
        {
            await next(context);
            return;
        }

        Interlocked.Increment(ref _confirmations);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _confirmations);
        }
    }

    private async Task SufferAsync(HttpContext context, RequestDelegate next)
    {
        var (ailment, mended) = (_ailment, _mended.Task);
        var isHost =
            context.Request.Path.StartsWithSegments(Asked, StringComparison.Ordinal, out var what)
            && what.HasValue;
        if (!isHost || ailment == Ailment.None)
        {
            await next(context);
            return;
        }

        var strikes = Interlocked.Increment(ref _struck);
        if (ailment == Ailment.Slow)
        {
            await Flow.UntilAsync(DateTime.UtcNow + Slowness);
            await next(context);
        }
        else if (ailment == Ailment.Silent)
        {
            await ServeUnheardAsync(context, next);
            await Task.WhenAny(mended, HungUp(context));
            context.Abort();
        }
        else
        {
            if (strikes % 2 == 0)
                await ServeUnheardAsync(context, next);
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    /// <summary>It happens, and what the provider says of it is lost.</summary>
    private static async Task ServeUnheardAsync(HttpContext context, RequestDelegate next)
    {
        var heard = context.Response.Body;
        context.Response.Body = Stream.Null;
        await next(context);
        context.Response.Body = heard;
    }

    private static Task HungUp(HttpContext context)
    {
        var end = NewEnd();
        context.RequestAborted.Register(() => end.TrySetResult());
        return end.Task;
    }

    private static TaskCompletionSource NewEnd() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
