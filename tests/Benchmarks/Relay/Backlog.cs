using ConcertReservation.Messaging;
using Confluent.Kafka;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>An outbox full of a sale's events, by many transactions.</summary>
internal static class Backlog
{
    private const int RowsPerTransaction = 500;

    public static async Task FillAsync(
        BenchDatabase database,
        IEnumerable<OutboxRow> rows,
        CancellationToken stop
    )
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(stop);
        foreach (var chunk in rows.Chunk(RowsPerTransaction))
            await CopyAsync(connection, chunk, stop);
        // As autovacuum would sooner or later, but not in the midst of a round.
        await database.ExecuteAsync("VACUUM ANALYZE messaging.outbox", stop);
        await database.ExecuteAsync("CHECKPOINT", stop);
    }

    /// <summary>The rows as the relay sends them, in their order.</summary>
    public static async Task<
        IReadOnlyList<(string Topic, Message<byte[], byte[]> Message)>
    > ReadAsync(BenchDatabase database, BenchTopics topics, CancellationToken stop)
    {
        await using var command = database.DataSource.CreateCommand(
            """
            SELECT topic, key, event_id, event_type, version, occurred_at, module, traceparent, body
            FROM messaging.outbox ORDER BY seq
            """
        );
        await using var reader = await command.ExecuteReaderAsync(stop);
        var messages = new List<(string, Message<byte[], byte[]>)>();
        while (await reader.ReadAsync(stop))
        {
            var row = new OutboxRow(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetGuid(2),
                reader.GetString(3),
                reader.GetInt64(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetString(6),
                reader.GetString(7),
                reader.GetFieldValue<byte[]>(8)
            );
            messages.Add((topics.Prefix + row.Topic, CloudEvent.Of(row)));
        }

        return messages;
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<OutboxRow> rows,
        CancellationToken stop
    )
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            COPY messaging.outbox (topic, key, event_id, event_type, version, occurred_at, module,
                traceparent, body)
            FROM STDIN (FORMAT BINARY)
            """,
            stop
        );
        foreach (var row in rows)
        {
            await copy.StartRowAsync(stop);
            await copy.WriteAsync(row.Topic, stop);
            await copy.WriteAsync(row.Key, stop);
            await copy.WriteAsync(row.EventId, stop);
            await copy.WriteAsync(row.EventType, stop);
            await copy.WriteAsync(row.Version, stop);
            await copy.WriteAsync(row.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz, stop);
            await copy.WriteAsync(row.Module, stop);
            await copy.WriteAsync(row.TraceParent!, stop);
            await copy.WriteAsync(row.Body, stop);
        }

        await copy.CompleteAsync(stop);
    }
}
