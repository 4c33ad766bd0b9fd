using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// Ends what is left of a cancelled concert, a bounded number of reservations at a time: holds end,
/// sales go back. A payment under way is waited for; its answer releases or ends the reservation.
/// The concert is settled when nothing of it lives and nobody can have held a seat without knowing.
/// </summary>
internal sealed class SettleCancelledConcerts(
    UnitOfWork work,
    ReservationStore store,
    Outbox outbox,
    IOptions<ReservationsOptions> options
) : ISweep
{
    private const string UnsettledSql = """
        SELECT id
        FROM reservations.concerts
        WHERE cancelled_at IS NOT NULL AND NOT is_settled
        ORDER BY id
        LIMIT 1 OFFSET $1
        """;

    /// <remarks>
    /// Through the seats, whose ids are one range: a hold that lost its seats has ended or will.
    /// </remarks>
    private const string LiveSql = """
        SELECT DISTINCT r.id
        FROM reservations.concerts c
        JOIN reservations.seats s
            ON s.id >= c.first_seat_id AND s.id < c.first_seat_id + c.total_seats
        JOIN reservations.reservations r ON r.id = s.reservation_id
        WHERE c.id = $1 AND s.state <> 'free' AND r.status = ANY ($3)
        LIMIT $2
        """;

    private const string SettleSql =
        "UPDATE reservations.concerts SET is_settled = true WHERE id = $1";

    private static readonly string[] Endable =
    [
        ReservationStatuses.Held,
        ReservationStatuses.Confirmed,
    ];
    private static readonly string[] Live =
    [
        ReservationStatuses.Held,
        ReservationStatuses.Paying,
        ReservationStatuses.Confirmed,
    ];

    public static TimeSpan Interval(ReservationsOptions options) =>
        TimeSpan.FromMilliseconds(options.SweepIntervalMilliseconds);

    public async Task<bool> SweepAsync(CancellationToken stop)
    {
        for (var number = 0; ; number++)
        {
            var unsettled = await work.RunAsync(
                token => work.ReadIdsAsync(UnsettledSql, token, number),
                stop
            );
            if (unsettled is not [var concertId])
                return false;

            if (await work.RunAsync(token => EndSomeAsync(concertId, token), stop))
                return true;
        }
    }

    /// <returns>Whether reservations were ended, so that there may be more.</returns>
    private async Task<bool> EndSomeAsync(long concertId, CancellationToken stop)
    {
        if (!await SweepTurn.TryTakeAsync(work, SweepKind.CancelledConcerts, stop))
            return false;

        // Holds of other concerts may stand behind the barrier: not while all that is left is a
        // payment under way, which may take its time.
        if (!await HasAsync(concertId, Endable, stop) && await HasAsync(concertId, Live, stop))
            return false;

        // Whoever holds a seat of this concert shares the lock: after it, all who had not seen that
        // the concert was cancelled are done, and what they did is there to be seen.
        await using (var barrier = new NpgsqlCommand(Locks.ConcertSql, work.Connection))
        {
            barrier.Parameters.AddWithValue(Locks.Of(concertId));
            await barrier.ExecuteNonQueryAsync(stop);
        }

        var limit = options.Value.SweepBatchSize;
        var ids = await work.ReadIdsAsync(LiveSql, stop, concertId, limit, Endable);
        if (ids.Count == 0)
        {
            await SettleIfOverAsync(concertId, stop);
            return false;
        }

        var locked = await store.LockAsync(ids, stop);
        foreach (var reservation in locked.Reservations.Where(CanEnd))
        {
            var reason = locked.ConcertOf(reservation).CancelReason ?? "";
            outbox.Add(
                reservation.CancelWithConcert(locked.SeatsOf(reservation), reason, locked.Now)
            );
        }

        FaultPoints.AtCommit(work, FaultPoint.ConcertEnding, FaultPoint.ConcertEnded);
        await store.SaveAsync(locked, stop);
        return true;
    }

    private async Task SettleIfOverAsync(long concertId, CancellationToken stop)
    {
        if (await HasAsync(concertId, Live, stop))
            return;

        await using var command = new NpgsqlCommand(SettleSql, work.Connection);
        command.Parameters.AddWithValue(concertId);
        await command.ExecuteNonQueryAsync(stop);
    }

    private async Task<bool> HasAsync(long concertId, string[] statuses, CancellationToken stop) =>
        (await work.ReadIdsAsync(LiveSql, stop, concertId, 1, statuses)).Count > 0;

    private static bool CanEnd(Reservation reservation) =>
        reservation.Status is ReservationStatus.Held or ReservationStatus.Confirmed;
}
