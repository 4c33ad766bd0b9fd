using System.Globalization;
using Npgsql;

namespace ConcertReservation.Verification.Loading;

/// <summary>
/// The statistics of DataPlatform and the sold seats of Concerts, as <see cref="Views"/> names
/// them.
/// </summary>
internal static class StatisticsTables
{
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        NpgsqlConnection db,
        CancellationToken stop
    )
    {
        var rows = new List<(string Row, string Sums, bool IsZero)>();
        await AddAsync(
            """
            SELECT bookings, seats_booked, confirmations, seats_sold, revenue, expiries,
                cancellations, seats_returned, refunds, concert_id, hour
            FROM data_platform.hours
            """,
            9,
            r => Views.HourOf(r.Time(10), r.GetInt64(9)),
            Views.Hour
        );
        await AddAsync(
            """
            SELECT bookings, confirmations, expiries, cancellations, held_seats, sold_seats,
                revenue, concert_id
            FROM data_platform.concert_totals
            """,
            7,
            r => Views.ConcertOf(r.GetInt64(7)),
            Views.Concert
        );
        await AddAsync(
            """
            SELECT bookings, confirmations, seats, spend, customer_id, concert_id
            FROM data_platform.customer_totals
            """,
            4,
            r => Views.CustomerOf(r.GetInt64(4), r.GetInt64(5)),
            Views.Customer
        );
        await AddAsync(
            "SELECT bookings, customer_id, hour_of_day::bigint FROM data_platform.customer_hours",
            1,
            r => Views.HourOfDayOf(r.GetInt64(1), r.GetInt64(2)),
            Single
        );
        await AddAsync(
            "SELECT sold_seats::bigint, id FROM concerts.concerts",
            1,
            r => Views.SoldSeatsOf(r.GetInt64(1)),
            Single
        );
        rows.AddRange(await FactsAsync(db, stop));
        // A row of zeros says the same as none.
        return rows.Where(r => !r.IsZero).ToDictionary(r => r.Row, r => r.Sums);

        async Task AddAsync(
            string sql,
            int sums,
            Func<NpgsqlDataReader, string> name,
            Func<long[], string> text
        ) =>
            rows.AddRange(
                await db.ListAsync(
                    sql,
                    r =>
                    {
                        var numbers = Enumerable.Range(0, sums).Select(r.GetInt64).ToArray();
                        return (name(r), text(numbers), numbers.All(n => n == 0));
                    },
                    stop
                )
            );
    }

    /// <summary>What is known of concerts and payments, and which customers there are.</summary>
    private static async Task<List<(string Row, string Facts, bool IsZero)>> FactsAsync(
        NpgsqlConnection db,
        CancellationToken stop
    )
    {
        var concerts = await db.ListAsync(
            """
            SELECT concert_id, name, artist, booking_start_time, total_seats, sold_out_time,
                cancelled_at
            FROM data_platform.concerts
            """,
            r =>
                (
                    Views.FactsOf(r.GetInt64(0)),
                    Views.Facts(
                        r.GetString(1),
                        r.Text(2),
                        Time(r, 3),
                        r.IsDBNull(4) ? null : r.GetInt32(4),
                        Time(r, 5),
                        Time(r, 6)
                    ),
                    false
                ),
            stop
        );
        var payments = await db.ListAsync(
            """
            SELECT reservation_id, payment_id, method, amount, completed_at, failed_at,
                refund_requested_at, refunded_at
            FROM data_platform.payments
            """,
            r =>
                (
                    Views.PaymentOf(r.GetInt64(0), r.GetInt64(1)),
                    Views.Payment(
                        r.GetString(2),
                        r.GetInt64(3),
                        Time(r, 4),
                        Time(r, 5),
                        Time(r, 6),
                        Time(r, 7)
                    ),
                    false
                ),
            stop
        );
        var customers = await db.ListAsync(
            "SELECT customer_id FROM data_platform.customers",
            r => (Views.ExistsOf(r.GetInt64(0)), Views.Exists, false),
            stop
        );
        return [.. concerts, .. payments, .. customers];

        static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
            reader.IsDBNull(column) ? null : reader.Time(column);
    }

    private static string Single(long[] numbers) =>
        numbers[0].ToString(CultureInfo.InvariantCulture);
}
