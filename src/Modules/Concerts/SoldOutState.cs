using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Concerts;

/// <summary>
/// Publishes sold out and reopened: where count and state disagree, the owner of the seats is
/// asked. Each change of state is one event, since the concert's row is locked while it is decided.
/// </summary>
internal sealed class SoldOutState(
    UnitOfWork work,
    ConcertsDb db,
    ISeatInventory inventory,
    Outbox outbox,
    TimeProvider clock
)
{
    /// <summary>In the active unit of work.</summary>
    /// <param name="traces">By concert, the trace of what moved its count last.</param>
    public async Task SettleAsync(
        IReadOnlyCollection<long> concertIds,
        CancellationToken stop,
        IReadOnlyDictionary<long, string?>? traces = null
    )
    {
        var ids = concertIds.ToArray();
        var disagreeing = await db
            .Concerts.FromSql(
                $"""
                SELECT * FROM concerts.concerts
                WHERE id = ANY({ids}) AND status <> 'CANCELLED'
                    AND (sold_seats >= total_seats) <> (status = 'SOLD_OUT')
                ORDER BY id FOR UPDATE
                """
            )
            .ToListAsync(stop);
        foreach (var concert in disagreeing)
        {
            var seats = await inventory.FindAsync(concert.Id, stop);
            var lastConfirmed = await LastConfirmedAsync(concert.Id, stop);
            if (concert.Settle(seats, lastConfirmed, clock.GetUtcNow()) is not { } changed)
                continue;

            outbox.Add(changed, traces?.GetValueOrDefault(concert.Id));
            if (changed is ConcertSoldOut)
                FaultPoints.AtCommit(work, FaultPoint.SellingOut, FaultPoint.SoldOut);
            else
                FaultPoints.AtCommit(work, FaultPoint.Reopening, FaultPoint.Reopened);
        }

        await db.SaveChangesAsync(stop);
    }

    /// <summary>
    /// Concerts whose count and state disagree and which nobody settles at the moment.
    /// </summary>
    public Task<List<long>> FindDisagreeingAsync(int max, CancellationToken stop) =>
        db
            .Database.SqlQuery<long>(
                $"""
                SELECT id AS "Value" FROM concerts.concerts
                WHERE status <> 'CANCELLED'
                    AND (sold_seats >= total_seats) <> (status = 'SOLD_OUT')
                ORDER BY id LIMIT {max} FOR UPDATE SKIP LOCKED
                """
            )
            .ToListAsync(stop);

    private async Task<DateTimeOffset?> LastConfirmedAsync(long concertId, CancellationToken stop)
    {
        var latest = await db
            .Database.SqlQuery<DateTimeOffset?>(
                $"""
                SELECT max(confirmed_at) AS "Value" FROM concerts.reservation_seats
                WHERE concert_id = {concertId} AND seats > 0
                """
            )
            .ToListAsync(stop);
        return latest.Single();
    }
}
