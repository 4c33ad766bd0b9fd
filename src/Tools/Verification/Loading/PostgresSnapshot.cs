using System.Data;
using System.Text;
using Npgsql;

namespace ConcertReservation.Verification.Loading;

/// <summary>All of the system's state in PostgreSQL, in one snapshot.</summary>
internal static class PostgresSnapshot
{
    public static async Task<History> ReadAsync(NpgsqlDataSource dataSource, CancellationToken stop)
    {
        await using var db = await dataSource.OpenConnectionAsync(stop);
        await using var snapshot = await db.BeginTransactionAsync(
            IsolationLevel.RepeatableRead,
            stop
        );
        var history = new History
        {
            Now = (await db.ListAsync("SELECT clock.now()", r => r.Time(0), stop))[0],
            Statistics = await StatisticsTables.ReadAsync(db, stop),
        };
        history = await WithSaleAsync(history, db, stop);
        history = await WithMoneyAsync(history, db, stop);
        history = await WithPeopleAsync(history, db, stop);
        return await MessagingTables.ReadAsync(history, db, stop);
    }

    private static async Task<History> WithSaleAsync(
        History history,
        NpgsqlConnection db,
        CancellationToken stop
    ) =>
        history with
        {
            Seats = await db.ListAsync(
                """
                SELECT id, concert_id, section::int, price, state, reservation_id, held_until
                FROM reservations.seats
                """,
                r => new SeatRow(
                    r.GetInt64(0),
                    r.GetInt64(1),
                    r.GetInt32(2),
                    r.GetInt64(3),
                    r.GetString(4),
                    r.Number(5),
                    r.IsDBNull(6) ? null : r.Time(6)
                ),
                stop
            ),
            Reservations = await db.ListAsync(
                """
                SELECT id, concert_id, customer_id, seat_ids, total_amount, status, created_at,
                    held_until, version, payment_id
                FROM reservations.reservations
                """,
                r => new ReservationRow(
                    r.GetInt64(0),
                    r.GetInt64(1),
                    r.GetInt64(2),
                    r.GetFieldValue<long[]>(3),
                    r.GetInt64(4),
                    r.GetString(5),
                    r.Time(6),
                    r.Time(7),
                    r.GetInt64(8),
                    r.Number(9)
                ),
                stop
            ),
            Concerts = await db.ListAsync(
                """
                SELECT id, total_seats, tickets_per_customer, sold_seats, status, version
                FROM concerts.concerts
                """,
                r => new ConcertRow(
                    r.GetInt64(0),
                    r.GetInt32(1),
                    r.GetInt32(2),
                    r.GetInt32(3),
                    r.GetString(4),
                    r.GetInt64(5)
                ),
                stop
            ),
            HoldKeys = await db.ListAsync(
                """
                SELECT customer_id, key, reservation_id, response, created_at
                FROM reservations.idempotency_keys
                """,
                r => new HoldKeyRow(
                    r.GetInt64(0),
                    r.GetString(1),
                    r.GetInt64(2),
                    Encoding.UTF8.GetString(r.GetFieldValue<byte[]>(3))
                )
                {
                    CreatedAt = r.Time(4),
                },
                stop
            ),
        };

    private static async Task<History> WithMoneyAsync(
        History history,
        NpgsqlConnection db,
        CancellationToken stop
    ) =>
        history with
        {
            Payments = await db.ListAsync(
                """
                SELECT id, reservation_id, customer_id, amount, upper(method), upper(status),
                    version, started_at, order_id, next_check_at
                FROM payments.payments
                """,
                r => new PaymentRow(
                    r.GetInt64(0),
                    r.GetInt64(1),
                    r.GetInt64(2),
                    r.GetInt64(3),
                    r.GetString(4),
                    r.GetString(5),
                    r.GetInt64(6),
                    r.Time(7),
                    r.Text(8)
                )
                {
                    NextCheckAt = r.IsDBNull(9) ? null : r.Time(9),
                },
                stop
            ),
            Wallets = await db.ListAsync(
                "SELECT customer_id, balance FROM payments.wallets",
                r => new WalletRow(r.GetInt64(0), r.GetInt64(1)),
                stop
            ),
            WalletEntries = await db.ListAsync(
                """
                SELECT customer_id, upper(kind), amount, balance, payment_id, occurred_at
                FROM payments.wallet_entries
                ORDER BY id
                """,
                r => new WalletEntryRow(
                    r.GetInt64(0),
                    r.GetString(1),
                    r.GetInt64(2),
                    r.GetInt64(3),
                    r.Number(4),
                    r.Time(5)
                ),
                stop
            ),
            PaymentKeys = await db.ListAsync(
                """
                SELECT customer_id, operation, key, subject, status, body, created_at
                FROM payments.idempotency_keys
                """,
                r => new PaymentKeyRow(
                    r.GetInt64(0),
                    r.GetString(1),
                    r.GetString(2),
                    r.Text(3),
                    r.IsDBNull(4) ? null : r.GetInt32(4),
                    r.IsDBNull(5) ? null : Encoding.UTF8.GetString(r.GetFieldValue<byte[]>(5))
                )
                {
                    CreatedAt = r.Time(6),
                },
                stop
            ),
        };

    private static async Task<History> WithPeopleAsync(
        History history,
        NpgsqlConnection db,
        CancellationToken stop
    ) =>
        history with
        {
            Customers = await db.ListAsync(
                """
                SELECT id, email, language, version, deleted_at IS NOT NULL, erasures > 0
                FROM accounts.customers
                """,
                r => new CustomerRow(
                    r.GetInt64(0),
                    r.GetString(1),
                    r.GetString(2),
                    r.GetInt64(3),
                    r.GetBoolean(4),
                    r.GetBoolean(5)
                ),
                stop
            ),
            Mails = await db.ListAsync(
                """
                SELECT event_id, user_id, kind, state, language, recipient
                FROM notifications.mails
                """,
                r => new MailRow(
                    r.GetGuid(0),
                    r.GetInt64(1),
                    r.GetString(2),
                    r.GetString(3),
                    r.GetString(4),
                    r.GetString(5)
                ),
                stop
            ),
            Waitlist = await db.ListAsync(
                "SELECT concert_id, user_id, email, joined_at FROM notifications.waitlist",
                r => new WaitlistRow(r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.Time(3)),
                stop
            ),
        };
}
