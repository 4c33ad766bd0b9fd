using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Concerts;

/// <summary>
/// Asks again where the owner of the seats did not agree with our count. Usually the event that
/// explains it is on its way and settles it; this is for the answer that came too early and was
/// followed by no event.
/// </summary>
internal sealed class RecheckSoldOut(
    IServiceScopeFactory scopes,
    DatabaseReady databaseReady,
    IOptions<ConcertsOptions> options,
    ILogger<RecheckSoldOut> logger
) : RepeatedWork(databaseReady, logger)
{
    private const int MaxConcerts = 50;

    protected override TimeSpan Interval =>
        TimeSpan.FromMilliseconds(options.Value.SoldOutRecheckMilliseconds);

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var state = scope.ServiceProvider.GetRequiredService<SoldOutState>();
        await work.RunAsync(
            async stop =>
            {
                var disagreeing = await state.FindDisagreeingAsync(MaxConcerts, stop);
                if (disagreeing.Count > 0)
                    await state.SettleAsync(disagreeing, stop);
                return disagreeing.Count;
            },
            stop
        );
    }
}
