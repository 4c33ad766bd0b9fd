using ConcertReservation.BuildingBlocks.Data;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>
/// The one INSERT into <c>messaging.outbox</c>, for any number of rows, in their order.
/// </summary>
public static class OutboxTable
{
    /// <summary>
    /// The set-based hot path puts this after its own statements of one transaction; parameters as
    /// <see cref="AddParameters"/> adds them.
    /// </summary>
    public const string InsertSql = """
        INSERT INTO messaging.outbox
            (topic, key, event_id, event_type, version, occurred_at, module, traceparent, body)
        SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::bigint[],
            $6::timestamptz[], $7::text[], $8::text[], $9::bytea[])
        """;

    public static void AddParameters(
        NpgsqlParameterCollection parameters,
        IReadOnlyList<OutboxRow> rows
    )
    {
        parameters.AddArray(NpgsqlDbType.Text, rows.Select(r => r.Topic).ToArray());
        parameters.AddArray(NpgsqlDbType.Text, rows.Select(r => r.Key).ToArray());
        parameters.AddArray(NpgsqlDbType.Uuid, rows.Select(r => r.EventId).ToArray());
        parameters.AddArray(NpgsqlDbType.Text, rows.Select(r => r.EventType).ToArray());
        parameters.AddArray(NpgsqlDbType.Bigint, rows.Select(r => r.Version).ToArray());
        parameters.AddArray(
            NpgsqlDbType.TimestampTz,
            rows.Select(r => r.OccurredAt.UtcDateTime).ToArray()
        );
        parameters.AddArray(NpgsqlDbType.Text, rows.Select(r => r.Module).ToArray());
        parameters.AddArray(NpgsqlDbType.Text, rows.Select(r => r.TraceParent).ToArray());
        parameters.AddArray(NpgsqlDbType.Bytea, rows.Select(r => r.Body).ToArray());
    }

    /// <summary>Inserts the rows in the transaction that is active on the connection.</summary>
    public static async Task InsertAsync(
        NpgsqlConnection connection,
        IReadOnlyList<OutboxRow> rows,
        CancellationToken stop
    )
    {
        if (rows.Count == 0)
            return;

        await using var command = new NpgsqlCommand(InsertSql, connection);
        AddParameters(command.Parameters, rows);
        await command.ExecuteNonQueryAsync(stop);
    }
}
