using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Reservations;

/// <summary>
/// Holds whose time is up end, exactly once and within seconds. Nobody waits for it: a lapsed seat
/// is free for the next customer before.
/// </summary>
internal sealed class ExpireHolds(
    UnitOfWork work,
    ReservationStore store,
    Outbox outbox,
    IOptions<ReservationsOptions> options
) : ISweep
{
    private const string LapsedSql = """
        SELECT id
        FROM reservations.reservations
        WHERE status = 'HELD' AND held_until <= (SELECT clock.now())
        ORDER BY held_until
        LIMIT $1
        """;

    public static TimeSpan Interval(ReservationsOptions options) =>
        TimeSpan.FromMilliseconds(options.SweepIntervalMilliseconds);

    public async Task<bool> SweepAsync(CancellationToken stop) =>
        await work.RunAsync(
            async token =>
                await SweepTurn.TryTakeAsync(work, SweepKind.Holds, token)
                && await ExpireAsync(token),
            stop
        );

    private async Task<bool> ExpireAsync(CancellationToken stop)
    {
        var limit = options.Value.SweepBatchSize;
        var lapsed = await work.ReadIdsAsync(LapsedSql, stop, limit);
        if (lapsed.Count == 0)
            return false;

        var locked = await store.LockAsync(lapsed, stop);
        // Until it was locked, a payment may have extended or confirmed it.
        foreach (var reservation in locked.Reservations.Where(r => r.HasLapsedAt(locked.Now)))
            outbox.Add(reservation.Expire(locked.SeatsOf(reservation), locked.Now));
        FaultPoints.AtCommit(work, FaultPoint.HoldsExpiring, FaultPoint.HoldsExpired);
        await store.SaveAsync(locked, stop);
        return lapsed.Count == limit;
    }
}
