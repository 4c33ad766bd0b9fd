using System.Data;
using ConcertReservation.BuildingBlocks.Http;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Payments;

/// <summary>
/// The records of Idempotency-Keys. A key is claimed by inserting its row first of all in the
/// transaction of the effect: whoever repeats the request, on whichever host, waits at that row
/// until the transaction ends, and a killed host leaves nothing behind.
/// </summary>
internal static class IdempotencyTable
{
    /// <summary>
    /// How long a repeat waits for the first request before it is told to come again.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Old records are removed in portions of this many.</summary>
    private const int RemoveAtOnce = 5_000;

    private static readonly string Kept = $"interval '{IdempotencyKey.KeptHours} hours'";

    private static readonly string ClaimSql = $"""
        INSERT INTO payments.idempotency_keys AS known
            (customer_id, operation, key, fingerprint, created_at)
        VALUES ($1, $2, $3, $4, clock.now())
        ON CONFLICT (customer_id, operation, key) DO UPDATE
            SET fingerprint = excluded.fingerprint, created_at = excluded.created_at,
                subject = NULL,
                status = NULL, content_type = NULL, location = NULL, body = NULL
            WHERE known.created_at <= (SELECT clock.now()) - {Kept}
        """;

    private const string FindSql = """
        SELECT fingerprint, subject, status, content_type, location, body
        FROM payments.idempotency_keys
        WHERE customer_id = $1 AND operation = $2 AND key = $3
        """;

    private const string AnswerSql = """
        UPDATE payments.idempotency_keys
        SET status = $4, content_type = $5, location = $6, body = $7
        WHERE customer_id = $1 AND operation = $2 AND key = $3
        """;

    private const string LeaveOpenSql = """
        UPDATE payments.idempotency_keys SET subject = $4
        WHERE customer_id = $1 AND operation = $2 AND key = $3
        """;

    private const string LockOpenSql = """
        SELECT 1 FROM payments.idempotency_keys WHERE subject = $1 AND status IS NULL
        ORDER BY customer_id, operation, key FOR UPDATE
        """;

    private const string AnswerOpenSql = """
        UPDATE payments.idempotency_keys
        SET status = $2, content_type = $3, location = $4, body = $5
        WHERE subject = $1 AND status IS NULL
        """;

    private static readonly string RemoveOldSql = $"""
        DELETE FROM payments.idempotency_keys WHERE (customer_id, operation, key) IN
            (SELECT customer_id, operation, key FROM payments.idempotency_keys
             WHERE created_at <= (SELECT clock.now()) - {Kept}
             LIMIT {RemoveAtOnce} FOR UPDATE SKIP LOCKED)
        """;

    /// <summary>Claims the key in the active transaction; null where it is ours now.</summary>
    /// <exception cref="PostgresException">
    /// 55P03: the first request with this key still runs.
    /// </exception>
    public static async Task<IdempotencyRecord?> ClaimAsync(
        NpgsqlConnection connection,
        IdempotencyScope scope,
        byte[] fingerprint,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new($"SET LOCAL lock_timeout = {(int)Patience.TotalMilliseconds}"));
        var claim = new NpgsqlBatchCommand(ClaimSql);
        AddScope(claim.Parameters, scope);
        claim.Parameters.AddWithValue(fingerprint);
        batch.BatchCommands.Add(claim);
        batch.BatchCommands.Add(new("SET LOCAL lock_timeout TO DEFAULT"));
        await batch.ExecuteNonQueryAsync(stop);

        return claim.RecordsAffected == 1 ? null : await FindAsync(connection, scope, stop);
    }

    public static async Task<IdempotencyRecord?> FindAsync(
        NpgsqlConnection connection,
        IdempotencyScope scope,
        CancellationToken stop
    )
    {
        await using var find = new NpgsqlCommand(FindSql, connection);
        AddScope(find.Parameters, scope);
        await using var row = await find.ExecuteReaderAsync(CommandBehavior.SingleRow, stop);
        if (!await row.ReadAsync(stop))
            return null;

        var answer = await row.IsDBNullAsync(2, stop)
            ? null
            : new RecordedAnswer(
                row.GetInt32(2),
                row.GetString(3),
                await row.IsDBNullAsync(4, stop) ? null : row.GetString(4),
                row.GetFieldValue<byte[]>(5),
                Replayed: true
            );
        return new IdempotencyRecord(
            row.GetFieldValue<byte[]>(0),
            await row.IsDBNullAsync(1, stop) ? null : row.GetString(1),
            answer
        );
    }

    /// <summary>Keeps the answer of a claimed key, in the transaction of the effect.</summary>
    public static async Task AnswerAsync(
        NpgsqlConnection connection,
        IdempotencyScope scope,
        RecordedAnswer answer,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(AnswerSql, connection);
        AddScope(command.Parameters, scope);
        AddAnswer(command.Parameters, answer);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Keeps the key without an answer: the subject's outcome will be it.</summary>
    public static async Task LeaveOpenAsync(
        NpgsqlConnection connection,
        IdempotencyScope scope,
        string subject,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(LeaveOpenSql, connection);
        AddScope(command.Parameters, scope);
        command.Parameters.AddWithValue(subject);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// Locks the subject's open keys, which come before all else in the order of locks.
    /// </summary>
    public static async Task LockOpenAsync(
        NpgsqlConnection connection,
        string subject,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(LockOpenSql, connection);
        command.Parameters.AddWithValue(subject);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// The subject's outcome is known: every key that waits for it has its answer.
    /// </summary>
    public static async Task AnswerOpenAsync(
        NpgsqlConnection connection,
        string subject,
        RecordedAnswer answer,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(AnswerOpenSql, connection);
        command.Parameters.AddWithValue(subject);
        AddAnswer(command.Parameters, answer);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <summary>Removes a portion of the records past their retention.</summary>
    /// <returns>Whether there may be more.</returns>
    public static async Task<bool> RemoveOldAsync(
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(RemoveOldSql);
        return await command.ExecuteNonQueryAsync(stop) == RemoveAtOnce;
    }

    private static void AddScope(NpgsqlParameterCollection parameters, IdempotencyScope scope)
    {
        parameters.AddWithValue(scope.CustomerId);
        parameters.AddWithValue(scope.Operation);
        parameters.AddWithValue(scope.Key);
    }

    private static void AddAnswer(NpgsqlParameterCollection parameters, RecordedAnswer answer)
    {
        parameters.AddWithValue(answer.Status);
        parameters.AddWithValue(answer.ContentType);
        parameters.Add(
            new()
            {
                NpgsqlDbType = NpgsqlDbType.Text,
                Value = (object?)answer.Location ?? DBNull.Value,
            }
        );
        parameters.AddWithValue(answer.Body);
    }
}

/// <summary>Whose key it is and for what: the same text elsewhere is another key.</summary>
internal sealed record IdempotencyScope(long CustomerId, string Operation, string Key);

/// <param name="Subject">What an open key waits for.</param>
/// <param name="Answer">Null while the outcome is open.</param>
internal sealed record IdempotencyRecord(
    byte[] Fingerprint,
    string? Subject,
    RecordedAnswer? Answer
);
