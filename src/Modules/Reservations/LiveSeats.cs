using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// How many seats customers have in concerts: held in time, pinned or sold. Counted from the
/// reservations, so a lapsed hold never counts, and read under <see cref="Locks.CustomersSql"/>.
/// </summary>
internal static class LiveSeats
{
    /// <summary>Parameters: customer ids and concert ids, pairwise.</summary>
    /// <remarks>
    /// Each pair is looked up by index, whatever the planner believes of the table's size.
    /// </remarks>
    public const string CountSql = """
        SELECT asked.customer_id, asked.concert_id, live.seats
        FROM (SELECT DISTINCT * FROM unnest($1::bigint[], $2::bigint[])
            AS pair (customer_id, concert_id)) asked
        CROSS JOIN LATERAL (
            SELECT sum(cardinality(r.seat_ids))::int AS seats
            FROM reservations.reservations r
            WHERE r.customer_id = asked.customer_id AND r.concert_id = asked.concert_id
                AND r.status IN ('HELD', 'PAYING', 'CONFIRMED')
                AND (r.status <> 'HELD' OR r.held_until > clock.now())
        ) live
        WHERE live.seats IS NOT NULL
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
