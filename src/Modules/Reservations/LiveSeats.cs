using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// How many seats customers have in concerts: held in time, pinned or sold. Counted from the
/// reservations, so a lapsed hold never counts, and read under <see cref="Locks.CustomersSql"/>.
/// </summary>
internal static class LiveSeats
{
    /// <summary>Parameters: customer ids and concert ids, pairwise.</summary>
    public const string CountSql = """
        SELECT asked.customer_id, asked.concert_id, sum(cardinality(r.seat_ids))::int
        FROM (SELECT DISTINCT * FROM unnest($1::bigint[], $2::bigint[])
            AS pair (customer_id, concert_id)) asked
        JOIN reservations.reservations r
            ON r.customer_id = asked.customer_id AND r.concert_id = asked.concert_id
        WHERE r.status IN ('HELD', 'PAYING', 'CONFIRMED')
            AND (r.status <> 'HELD' OR r.held_until > clock.now())
        GROUP BY asked.customer_id, asked.concert_id
        """;

    public static async Task<Dictionary<(long CustomerId, long ConcertId), int>> ReadAsync(
        NpgsqlDataReader reader,
        CancellationToken stop
    )
    {
        var live = new Dictionary<(long, long), int>();
        while (await reader.ReadAsync(stop))
            live.Add((reader.GetInt64(0), reader.GetInt64(1)), reader.GetInt32(2));
        return live;
    }
}
