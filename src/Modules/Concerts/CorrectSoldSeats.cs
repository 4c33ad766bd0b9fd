using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Concerts;

/// <summary>
/// Believes the owner of the seats, reservation by reservation: so an event that comes after all,
/// or follows on one that never came, counts by its version like any other.
/// </summary>
internal sealed class CorrectSoldSeats(
    UnitOfWork work,
    ConcertsDb db,
    ISeatInventory inventory,
    SoldOutState soldOutState
)
{
    /// <remarks>
    /// Nobody counts meanwhile, and what was counted before the owner was asked, the owner knew:
    /// its versions are the newest.
    /// </remarks>
    private const string CorrectSql = """
        WITH owned AS (
            SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::int[])
                AS owned (reservation_id, version, seats)
        ), returned AS (
            UPDATE concerts.reservation_seats r SET seats = 0, confirmed_at = NULL
            WHERE r.concert_id = $1 AND r.seats > 0 AND NOT EXISTS (
                SELECT FROM owned WHERE owned.reservation_id = r.reservation_id)
        )
        INSERT INTO concerts.reservation_seats AS r (reservation_id, concert_id, version, seats)
        SELECT reservation_id, $1, version, seats FROM owned ORDER BY reservation_id
        ON CONFLICT (reservation_id) DO UPDATE
            SET version = excluded.version, seats = excluded.seats
            WHERE (r.version, r.seats) <> (excluded.version, excluded.seats)
        """;

    /// <summary>Where both numbers are still these. In the active unit of work.</summary>
    /// <param name="counted">By us.</param>
    /// <param name="owned">By the owner.</param>
    /// <returns>Whether they are.</returns>
    public async Task<bool> RunAsync(long concertId, int counted, int owned, CancellationToken stop)
    {
        if (await db.LockAsync(concertId, stop) is not { } concert || concert.SoldSeats != counted)
            return false;

        var sold = await inventory.ListSoldAsync(concertId, stop);
        if (sold.Sum(r => r.Seats) != owned)
            return false;

        await WriteAsync(concertId, sold, stop);
        concert.CorrectSoldSeats(owned);
        await db.SaveChangesAsync(stop);
        await soldOutState.SettleAsync([concertId], stop);
        return true;
    }

    private async Task WriteAsync(
        long concertId,
        IReadOnlyList<SoldReservation> sold,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(CorrectSql, work.Connection);
        command.Parameters.AddWithValue(concertId);
        command.Parameters.AddWithValue(sold.Select(r => r.ReservationId).ToArray());
        command.Parameters.AddWithValue(sold.Select(r => r.Version).ToArray());
        command.Parameters.AddWithValue(sold.Select(r => r.Seats).ToArray());
        await command.ExecuteNonQueryAsync(stop);
    }
}
