using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// Gathers the payments by points that wait in this host, pays them in one transaction, and takes
/// the next ones when its commit has returned. What is not plain it hands back: each such request
/// goes its own way with <see cref="PayByPoints"/>, and so does a whole batch that fails, so that
/// what is wrong with one does not touch its neighbours.
/// </summary>
internal sealed partial class PointsWriter(
    IServiceScopeFactory scopes,
    IOptions<PaymentsOptions> options,
    ILogger<PointsWriter> logger
) : BackgroundService
{
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(options.Value.PointQueueCapacity) { SingleReader = true }
    );

    /// <summary>How long nobody is gathered after somebody kept a lock for too long.</summary>
    private const long AloneMilliseconds = 1_000;

    private long _aloneUntil;

    /// <summary>False: each payment goes its own way.</summary>
    public bool IsOn =>
        options.Value.PointBatchSize > 0
        && Environment.TickCount64 >= Volatile.Read(ref _aloneUntil);

    /// <summary>
    /// The answer to come, null where the request has to go its own way; unless too many wait.
    /// </summary>
    public bool TryEnqueue(PointOrder order, [NotNullWhen(true)] out Task<RecordedAnswer?>? answer)
    {
        var pending = new Pending(order);
        answer = _queue.Writer.TryWrite(pending) ? pending.Answer : null;
        return answer is not null;
    }

    /// <summary>Whoever was let into the queue gets an answer, also while the host stops.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        // Beyond the host's deadline a database that hangs is left to itself.
        await (ExecuteTask ?? Task.CompletedTask)
            .WaitAsync(cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Pending>(options.Value.PointBatchSize);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < options.Value.PointBatchSize && _queue.Reader.TryRead(out var one))
                batch.Add(one);
            await PayAsync(batch);
        }
    }

    private async Task PayAsync(IReadOnlyList<Pending> batch)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var answers = await scope
                .ServiceProvider.GetRequiredService<PayManyByPoints>()
                .PayAsync([.. batch.Select(p => p.Order)]);
            for (var i = 0; i < batch.Count; i++)
                batch[i].Complete(answers[i]);
        }
        catch (Exception e)
        {
            // The edge: each request finds out for itself, and the next batch has its chance. One
            // that waits for the same lock again would hold up all for nothing.
            if (DatabaseFaults.IsLockTimeout(e))
                Volatile.Write(ref _aloneUntil, Environment.TickCount64 + AloneMilliseconds);
            if (DatabaseFaults.IsPassing(e))
                LogHandedBack(batch.Count, e.Message);
            else
                LogFailed(e, batch.Count);
            foreach (var pending in batch)
                pending.Complete(null);
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Count} payments by points go their own way each: {Reason}")]
    private partial void LogHandedBack(int count, string reason);

    [LoggerMessage(
        LogLevel.Warning,
        "A batch of {Count} payments by points failed: each goes its own way"
    )]
    private partial void LogFailed(Exception exception, int count);

    private sealed class Pending(PointOrder order)
    {
        private readonly TaskCompletionSource<RecordedAnswer?> _answer = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        public PointOrder Order { get; } = order;

        public Task<RecordedAnswer?> Answer => _answer.Task;

        public void Complete(RecordedAnswer? answer) => _answer.TrySetResult(answer);
    }
}
