using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Payments;

/// <summary>What many payments by points read and write, each in one statement for all.</summary>
internal static class PointsTables
{
    private const string KnownKeysSql = """
        SELECT customer_id FROM payments.idempotency_keys
        JOIN unnest($1::bigint[], $2::text[], $3::text[]) AS asked (customer_id, operation, key)
            USING (customer_id, operation, key)
        """;

    private const string LiveSql = """
        SELECT reservation_id FROM payments.payments
        WHERE reservation_id = ANY ($1) AND status IN ('STARTED', 'UNKNOWN', 'COMPLETED')
        """;

    private const string BalancesSql = """
        SELECT customer_id, balance FROM payments.wallets
        WHERE customer_id = ANY ($1) AND closed_at IS NULL
        """;

    private const string InsertPaymentsSql = """
        INSERT INTO payments.payments (id, reservation_id, customer_id, amount, method, status,
            version, started_at, checks, hinted_checks)
        SELECT id, reservation_id, customer_id, amount, 'POINT', 'COMPLETED', version, $6, 0, 0
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
            AS paid (id, reservation_id, customer_id, amount, version)
        """;

    private const string SaveWalletsSql = """
        UPDATE payments.wallets AS wallet SET balance = paid.balance
        FROM unnest($1::bigint[], $2::bigint[]) AS paid (customer_id, balance)
        WHERE wallet.customer_id = paid.customer_id
        """;

    private const string InsertEntriesSql = """
        INSERT INTO payments.wallet_entries
            (customer_id, kind, amount, balance, payment_id, occurred_at)
        SELECT customer_id, 'PAYMENT', amount, balance, payment_id, $5
        FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
            AS paid (customer_id, amount, balance, payment_id)
        """;

    /// <summary>
    /// In the order of the index, as whoever writes several does: two hosts wait, and do not block
    /// each other. A repeat that was faster has its row; there is one row less of ours then.
    /// </summary>
    private const string InsertAnswersSql = """
        INSERT INTO payments.idempotency_keys (customer_id, operation, key, fingerprint, created_at,
            status, content_type, location, body)
        SELECT customer_id, operation, key, fingerprint, clock.now(),
            status, content_type, location, body
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::int[], $6::text[],
                $7::text[], $8::bytea[])
            AS paid (customer_id, operation, key, fingerprint, status, content_type, location, body)
        ORDER BY customer_id, operation, key
        ON CONFLICT DO NOTHING
        """;

    /// <summary>What is known of the orders, with nothing locked.</summary>
    public static async Task<SeenOrders> LookAsync(
        NpgsqlConnection connection,
        IReadOnlyList<PointOrder> orders,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        var keys = new NpgsqlBatchCommand(KnownKeysSql);
        AddScopes(keys.Parameters, [.. orders.Select(o => o.Scope)]);
        batch.BatchCommands.Add(keys);
        Add(batch, LiveSql, orders.Select(o => o.ReservationId));
        Add(batch, BalancesSql, orders.Select(o => o.CustomerId));

        await using var reader = await batch.ExecuteReaderAsync(stop);
        var repeating = await ReadIdsAsync(reader, stop);
        await reader.NextResultAsync(stop);
        var live = await ReadIdsAsync(reader, stop);
        await reader.NextResultAsync(stop);
        var balances = new Dictionary<long, Money>();
        while (await reader.ReadAsync(stop))
            balances.Add(reader.GetInt64(0), new Money(reader.GetInt64(1)));
        return new SeenOrders(repeating, live, balances);
    }

    /// <summary>Writes the payments, what they take of the wallets, and the answers.</summary>
    /// <returns>How many answers were new. Fewer than payments: do not commit.</returns>
    public static async Task<int> WriteAsync(
        NpgsqlConnection connection,
        IReadOnlyList<PaidByPoints> paid,
        CancellationToken stop
    )
    {
        var now = paid[0].Payment.StartedAt.UtcDateTime;
        await using var batch = new NpgsqlBatch(connection);
        var payments = Add(
            batch,
            InsertPaymentsSql,
            paid.Select(p => p.Payment.Id),
            paid.Select(p => p.Payment.ReservationId),
            paid.Select(p => p.Payment.CustomerId),
            paid.Select(p => p.Payment.Amount.Won),
            paid.Select(p => p.Payment.Version)
        );
        payments.Parameters.AddWithValue(now);
        Add(
            batch,
            SaveWalletsSql,
            paid.Select(p => p.Entry.CustomerId),
            paid.Select(p => p.Entry.Balance.Won)
        );
        var entries = Add(
            batch,
            InsertEntriesSql,
            paid.Select(p => p.Entry.CustomerId),
            paid.Select(p => p.Entry.AmountWon),
            paid.Select(p => p.Entry.Balance.Won),
            paid.Select(p => p.Payment.Id)
        );
        entries.Parameters.AddWithValue(now);
        var answers = new NpgsqlBatchCommand(InsertAnswersSql);
        AddAnswers(answers.Parameters, paid);
        batch.BatchCommands.Add(answers);
        await batch.ExecuteNonQueryAsync(stop);
        return answers.RecordsAffected;
    }

    private static void AddAnswers(
        NpgsqlParameterCollection parameters,
        IReadOnlyList<PaidByPoints> paid
    )
    {
        AddScopes(parameters, [.. paid.Select(p => p.Order.Scope)]);
        parameters.AddWithValue(paid.Select(p => p.Order.Fingerprint).ToArray());
        parameters.AddWithValue(paid.Select(p => p.Answer.Status).ToArray());
        parameters.AddWithValue(paid.Select(p => p.Answer.ContentType).ToArray());
        parameters.AddArray(NpgsqlDbType.Text, paid.Select(p => p.Answer.Location).ToArray());
        parameters.AddWithValue(paid.Select(p => p.Answer.Body).ToArray());
    }

    private static void AddScopes(
        NpgsqlParameterCollection parameters,
        IReadOnlyList<IdempotencyScope> scopes
    )
    {
        parameters.AddWithValue(scopes.Select(s => s.CustomerId).ToArray());
        parameters.AddWithValue(scopes.Select(s => s.Operation).ToArray());
        parameters.AddWithValue(scopes.Select(s => s.Key).ToArray());
    }

    private static NpgsqlBatchCommand Add(
        NpgsqlBatch batch,
        string sql,
        params IEnumerable<long>[] columns
    )
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in columns)
            command.Parameters.AddWithValue(column.ToArray());
        batch.BatchCommands.Add(command);
        return command;
    }

    private static async Task<HashSet<long>> ReadIdsAsync(
        NpgsqlDataReader reader,
        CancellationToken stop
    )
    {
        var ids = new HashSet<long>();
        while (await reader.ReadAsync(stop))
            ids.Add(reader.GetInt64(0));
        return ids;
    }
}

/// <summary>
/// What stands in the way of orders, as it was seen: the locks and the unique indexes decide.
/// </summary>
/// <param name="repeating">Customers whose key is known.</param>
/// <param name="live">Reservations that have a payment.</param>
/// <param name="balances">By customer; none of a deleted account.</param>
internal sealed class SeenOrders(
    HashSet<long> repeating,
    HashSet<long> live,
    Dictionary<long, Money> balances
)
{
    public bool IsTaken(PointOrder order) =>
        repeating.Contains(order.CustomerId) || live.Contains(order.ReservationId);

    /// <summary>Null where there is no wallet.</summary>
    public Money? BalanceOf(long customerId) =>
        balances.TryGetValue(customerId, out var balance) ? balance : null;
}
