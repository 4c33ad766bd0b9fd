using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>How a customer books; times of the day and week are Korea's.</summary>
/// <param name="Expiries">Holds that nobody paid in time.</param>
/// <param name="Cancellations">Holds that were given back.</param>
/// <param name="Returns">Sales that were given back.</param>
/// <param name="Conversion">Confirmed per booking, 0 to 1; null before the first.</param>
/// <param name="SeatsPerBooking">null before the first.</param>
/// <param name="MedianSecondsToPay">From hold to money; null where none was paid.</param>
/// <param name="MedianSecondsAfterSaleStart">
/// From the beginning of a concert's sale to the hold; null where none is known.
/// </param>
internal sealed record CustomerPatterns(
    DateTimeOffset? FirstBookingAt,
    DateTimeOffset? LastBookingAt,
    long Expiries,
    long Cancellations,
    long Returns,
    double? Conversion,
    double? SeatsPerBooking,
    double? MedianSecondsToPay,
    double? MedianSecondsAfterSaleStart,
    IReadOnlyList<DayOfWeekBookings> DaysOfWeek,
    IReadOnlyList<MethodPayments> PaymentMethods
)
{
    /// <remarks>
    /// By the concerts that the customer has booked, and the index of reservations by concert and
    /// customer: no index by customer alone has to be kept.
    /// </remarks>
    private const string OwnSql = """
        FROM data_platform.customer_totals t
        JOIN data_platform.reservations r USING (concert_id, customer_id)
        LEFT JOIN data_platform.concerts c USING (concert_id)
        CROSS JOIN LATERAL (
            SELECT min(completed_at) AS paid_at FROM data_platform.payments p
            WHERE p.reservation_id = r.reservation_id
        ) AS paid
        WHERE t.customer_id = $1 AND r.created_at IS NOT NULL
        """;

    private const string TotalsSql = $"""
        SELECT min(created_at), max(created_at),
            count(*) FILTER (WHERE outcome = '{BookingOutcome.Expired}'),
            count(*) FILTER (WHERE outcome = '{BookingOutcome.Cancelled}'),
            count(*) FILTER (WHERE outcome = '{BookingOutcome.Returned}'),
            count(confirmed_at), count(*), avg(seats)::float8,
            percentile_cont(0.5) WITHIN GROUP (
                ORDER BY extract(epoch FROM paid_at - created_at)::float8),
            percentile_cont(0.5) WITHIN GROUP (
                ORDER BY extract(epoch FROM created_at - booking_start_time)::float8)
        FROM (
            SELECT created_at, confirmed_at, r.seats, paid_at, booking_start_time,
                {BookingOutcome.Sql} AS outcome
            {OwnSql}
        ) AS own
        """;

    private const string DaysSql = $"""
        SELECT extract(isodow FROM created_at AT TIME ZONE interval '9 hours')::int AS day, count(*)
        {OwnSql} GROUP BY day ORDER BY day
        """;

    private const string MethodsSql = """
        SELECT method, count(completed_at), count(failed_at),
            coalesce(sum(p.amount) FILTER (
                WHERE completed_at IS NOT NULL AND refunded_at IS NULL), 0)::bigint
        FROM data_platform.customer_totals t
        JOIN data_platform.reservations r USING (concert_id, customer_id)
        JOIN data_platform.payments p USING (reservation_id)
        WHERE t.customer_id = $1 GROUP BY method ORDER BY method
        """;

    public static async Task<CustomerPatterns> ReadAsync(
        NpgsqlConnection connection,
        long customerId,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in new[] { TotalsSql, DaysSql, MethodsSql })
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.AddWithValue(customerId);
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var totals = ReadTotals(reader);
        await reader.NextResultAsync(stop);
        var days = new List<DayOfWeekBookings>();
        while (await reader.ReadAsync(stop))
            days.Add(new DayOfWeekBookings(reader.GetInt32(0), reader.GetInt64(1)));
        await reader.NextResultAsync(stop);
        var methods = new List<MethodPayments>();
        while (await reader.ReadAsync(stop))
        {
            methods.Add(
                new MethodPayments(
                    reader.GetString(0),
                    reader.GetInt64(1),
                    reader.GetInt64(2),
                    reader.GetInt64(3)
                )
            );
        }

        return totals with
        {
            DaysOfWeek = days,
            PaymentMethods = methods,
        };
    }

    private static CustomerPatterns ReadTotals(NpgsqlDataReader row)
    {
        return new CustomerPatterns(
            row.TimeAt(0),
            row.TimeAt(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.GetInt64(4),
            Share.Of(row.GetInt64(5), row.GetInt64(6)),
            NumberAt(7),
            NumberAt(8),
            NumberAt(9),
            [],
            []
        );

        double? NumberAt(int column) =>
            row.IsDBNull(column) ? null : Math.Round(row.GetDouble(column), 3);
    }
}

/// <param name="DayOfWeek">1 is Monday, 7 is Sunday.</param>
internal sealed record DayOfWeekBookings(int DayOfWeek, long Bookings);

/// <param name="Method">POINT or CARD.</param>
/// <param name="Payments">Attempts that brought money.</param>
/// <param name="Failures">Attempts that brought none.</param>
/// <param name="Spend">In won, of the payments that were not refunded.</param>
internal sealed record MethodPayments(string Method, long Payments, long Failures, long Spend);
