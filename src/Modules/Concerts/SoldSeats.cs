using ConcertReservation.BuildingBlocks.Data;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Concerts;

/// <summary>How many seats a reservation counts for, as of one of its versions.</summary>
/// <param name="TraceParent">What follows from the count belongs to this trace.</param>
internal sealed record ReservationSeats(
    long ReservationId,
    long ConcertId,
    long Version,
    int Seats,
    DateTimeOffset? ConfirmedAt,
    string? TraceParent
);

/// <summary>
/// Gathers what a batch of events says of reservations and counts it in one statement. A row per
/// reservation with its version makes the order between events of different reservations, and their
/// repetition, harmless.
/// </summary>
internal sealed class SoldSeats(UnitOfWork work, SoldOutState soldOutState)
{
    /// <remarks>
    /// Whoever counts for a concert holds its row: the sum before and after is not raced.
    /// </remarks>
    private const string LockSql = """
        SELECT id FROM concerts.concerts WHERE id = ANY($1) ORDER BY id FOR UPDATE
        """;

    private const string CountSql = """
        WITH facts AS (
            SELECT *
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::timestamptz[])
                AS fact (reservation_id, concert_id, version, seats, confirmed_at)
        ), known AS (
            SELECT r.reservation_id, r.seats
            FROM concerts.reservation_seats r JOIN facts USING (reservation_id)
        ), counted AS (
            INSERT INTO concerts.reservation_seats AS r
                (reservation_id, concert_id, version, seats, confirmed_at)
            SELECT reservation_id, concert_id, version, seats, confirmed_at FROM facts
            ORDER BY reservation_id
            ON CONFLICT (reservation_id) DO UPDATE
                SET version = excluded.version, seats = excluded.seats,
                    confirmed_at = excluded.confirmed_at
                WHERE r.version < excluded.version
            RETURNING reservation_id, concert_id, seats
        ), differences AS (
            SELECT concert_id, sum(counted.seats - coalesce(known.seats, 0)) AS seats
            FROM counted LEFT JOIN known USING (reservation_id)
            GROUP BY concert_id
        )
        UPDATE concerts.concerts
        SET sold_seats = sold_seats + differences.seats
        FROM differences
        WHERE id = differences.concert_id AND differences.seats <> 0
        """;

    private Gathered<ReservationSeats> Facts => field ??= new(work, WriteAsync);

    public void Add(ReservationSeats fact) => Facts.Add(fact);

    private async Task WriteAsync(IReadOnlyList<ReservationSeats> told, CancellationToken stop)
    {
        var facts = told.GroupBy(f => f.ReservationId)
            .Select(r => r.MaxBy(f => f.Version)!)
            .ToArray();
        var concertIds = facts.Select(f => f.ConcertId).Distinct().ToArray();
        var traces = told.GroupBy(f => f.ConcertId)
            .ToDictionary(c => c.Key, c => c.Last().TraceParent);

        await using (var locking = new NpgsqlCommand(LockSql, work.Connection))
        {
            locking.Parameters.AddWithValue(concertIds);
            await locking.ExecuteNonQueryAsync(stop);
        }

        await using (var counting = new NpgsqlCommand(CountSql, work.Connection))
        {
            var parameters = counting.Parameters;
            parameters.AddWithValue(facts.Select(f => f.ReservationId).ToArray());
            parameters.AddWithValue(facts.Select(f => f.ConcertId).ToArray());
            parameters.AddWithValue(facts.Select(f => f.Version).ToArray());
            parameters.AddWithValue(facts.Select(f => f.Seats).ToArray());
            parameters.AddWithValue(
                NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
                facts.Select(f => f.ConfirmedAt?.UtcDateTime).ToArray()
            );
            await counting.ExecuteNonQueryAsync(stop);
        }

        await soldOutState.SettleAsync(concertIds, stop, traces);
    }
}
