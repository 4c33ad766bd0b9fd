using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Reservations;

/// <summary>Work in the background, a bounded piece at a time.</summary>
internal interface ISweep
{
    /// <summary>The pause between two looks.</summary>
    static abstract TimeSpan Interval(ReservationsOptions options);

    /// <returns>Whether there is more to do at once.</returns>
    Task<bool> SweepAsync(CancellationToken stop);
}

/// <summary>
/// Repeats one kind of sweep at an interval, in every host; which of them works is decided by a
/// lock in the database, for each piece anew.
/// </summary>
internal sealed class Sweeper<TSweep>(
    IServiceScopeFactory scopes,
    DatabaseReady ready,
    IOptions<ReservationsOptions> options,
    ILogger<TSweep> logger
) : RepeatedWork(ready, logger)
    where TSweep : ISweep
{
    protected override TimeSpan Interval => TSweep.Interval(options.Value);

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        while (await SweepAsync(stop)) { }
    }

    private async Task<bool> SweepAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TSweep>().SweepAsync(stop);
    }
}
