using System.Runtime.CompilerServices;
using ConcertReservation.BuildingBlocks.Http;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>A reservation as the statistics know it.</summary>
/// <param name="Status">HELD, SOLD, EXPIRED, CANCELLED or RETURNED.</param>
/// <param name="Amount">In won; null where no event has told it yet.</param>
internal sealed record Booking(
    long ReservationId,
    long CustomerId,
    string Status,
    int Seats,
    long? Amount,
    DateTimeOffset? HeldAt,
    DateTimeOffset? PaidAt,
    DateTimeOffset? ConfirmedAt,
    DateTimeOffset? ExpiredAt,
    DateTimeOffset? CancelledAt,
    DateTimeOffset? RefundedAt
)
{
    public static readonly Booking Example = new(
        Examples.ReservationId,
        Examples.CustomerId,
        BookingOutcome.Sold,
        Examples.SeatIds.Count,
        Examples.TotalWon,
        Examples.HeldAt,
        Examples.HeldAt.AddSeconds(40),
        Examples.HeldAt.AddSeconds(40.05),
        ExpiredAt: null,
        CancelledAt: null,
        RefundedAt: null
    );
}

/// <summary>The bookings of one concert, by customer.</summary>
internal sealed class Bookings(NpgsqlDataSource dataSource, long concertId)
{
    private const int PageRows = 2_000;

    private const string PageSql = $"""
        SELECT r.reservation_id, r.customer_id, {BookingOutcome.Sql}, r.seats, r.amount,
            r.created_at, paid.completed_at, r.confirmed_at, r.expired_at, r.cancelled_at,
            paid.refunded_at
        FROM data_platform.reservations r
        CROSS JOIN LATERAL (
            SELECT min(completed_at) AS completed_at, max(refunded_at) AS refunded_at
            FROM data_platform.payments p
            WHERE p.reservation_id = r.reservation_id AND p.completed_at IS NOT NULL
        ) AS paid
        WHERE r.concert_id = $1 AND (r.customer_id, r.reservation_id) > ($2, $3)
        ORDER BY r.customer_id, r.reservation_id LIMIT $4
        """;

    /// <summary>
    /// Page by page: whoever takes the rows slowly keeps no connection and no snapshot meanwhile.
    /// </summary>
    public async IAsyncEnumerable<Booking> AllAsync([EnumeratorCancellation] CancellationToken stop)
    {
        (long, long) behind = (-1, -1);
        IReadOnlyList<Booking> page;
        do
        {
            page = await PageAsync(behind, PageRows, stop);
            foreach (var booking in page)
            {
                yield return booking;
                behind = (booking.CustomerId, booking.ReservationId);
            }
        } while (page.Count == PageRows);
    }

    public async Task<IReadOnlyList<Booking>> PageAsync(
        (long CustomerId, long ReservationId) behind,
        int limit,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(PageSql);
        command.Parameters.AddWithValue(concertId);
        command.Parameters.AddWithValue(behind.CustomerId);
        command.Parameters.AddWithValue(behind.ReservationId);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var page = new List<Booking>();
        while (await reader.ReadAsync(stop))
            page.Add(Read(reader));
        return page;
    }

    private static Booking Read(NpgsqlDataReader row)
    {
        return new Booking(
            row.GetInt64(0),
            row.GetInt64(1),
            row.GetString(2),
            row.GetInt32(3),
            row.IsDBNull(4) ? null : row.GetInt64(4),
            row.TimeAt(5),
            row.TimeAt(6),
            row.TimeAt(7),
            row.TimeAt(8),
            row.TimeAt(9),
            row.TimeAt(10)
        );
    }
}
