using System.Runtime.CompilerServices;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.DataPlatform;

/// <summary>An event of any type with the record that it came in.</summary>
internal sealed record RecordedEvent(AnyEvent Event, KafkaRecord Record);

/// <summary>
/// Every event of all topics, as received, each once: the inbox filters repeats.
/// </summary>
internal sealed class EventStore(NpgsqlDataSource dataSource, GroupProgress progress)
    : IEventHistory
{
    private const string CopySql = """
        COPY data_platform.events (incarnation, topic, partition, "offset", key, event_id,
            event_type, version, occurred_at, appended_at, header_names, header_values, body)
        FROM STDIN (FORMAT BINARY)
        """;

    /// <summary>Whoever appends shares it until the commit.</summary>
    private const string LockKey = "hashtext('data_platform.append')";

    /// <summary>Stores a batch in the unit of work's transaction.</summary>
    public static async Task AppendAsync(
        UnitOfWork work,
        IReadOnlyList<RecordedEvent> batch,
        CancellationToken stop
    )
    {
        await work.Connection.ExecuteAsync($"SELECT pg_advisory_xact_lock_shared({LockKey})", stop);
        await using var copy = await work.Connection.BeginBinaryImportAsync(CopySql, stop);
        foreach (var (happened, record) in batch)
            await WriteAsync(copy, happened, record, stop);
        await copy.CompleteAsync(stop);
    }

    /// <summary>
    /// Waits for those who append, and lets nobody begin until the unit of work ends. Numbers are
    /// drawn before the commit: at any other time an event may still appear below the newest.
    /// </summary>
    public static Task HaltAsync(UnitOfWork work, CancellationToken stop) =>
        work.Connection.ExecuteAsync($"SELECT pg_advisory_xact_lock({LockKey})", stop);

    /// <summary>Events of all topics behind one number and up to another, in order.</summary>
    public static async Task<IReadOnlyList<(long Seq, CountedEvent Event)>> ReadPageAsync(
        UnitOfWork work,
        long after,
        long upTo,
        int limit,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT seq, event_type, version, body FROM data_platform.events
            WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(upTo);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var page = new List<(long, CountedEvent)>();
        while (await reader.ReadAsync(stop))
        {
            var (type, version) = (reader.GetString(1), reader.GetInt64(2));
            var body = reader.GetFieldValue<byte[]>(3);
            page.Add((reader.GetInt64(0), new CountedEvent(type, version, body)));
        }

        return page;
    }

    public Task<IReadOnlyList<LogPosition>> ProgressAsync(CancellationToken stop) =>
        progress.ReadAsync(DataPlatformModule.Group, stop);

    /// <remarks>
    /// No record is received much before its own timestamp, by whatever clock that is: a day of
    /// difference is enough, and spares the months before.
    /// </remarks>
    public async Task<IReadOnlyList<LogPosition>> FirstSinceAsync(
        DateTimeOffset time,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT incarnation, topic, partition, min("offset") FROM data_platform.events
            WHERE appended_at >= $1 AND received_at >= $1 - interval '1 day'
            GROUP BY incarnation, topic, partition
            """
        );
        command.Parameters.Add(
            new NpgsqlParameter<DateTimeOffset> { TypedValue = time.ToUniversalTime() }
        );
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadLogPositionsAsync(stop);
    }

    public async Task<long> CountAsync(IReadOnlyCollection<string> topics, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT count(*) FROM data_platform.events WHERE topic = ANY($1)"
        );
        command.CommandTimeout = 0;
        command.Parameters.AddArray(topics);
        return (long)(await command.ExecuteScalarAsync(stop))!;
    }

    public async IAsyncEnumerable<PastEvent> ReadAsync(
        IReadOnlyCollection<string> topics,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT topic, key, event_type, version, body FROM data_platform.events
            WHERE topic = ANY($1) ORDER BY seq
            """
        );
        // One statement is one snapshot; reading a long history may take longer than the usual
        // limit.
        command.CommandTimeout = 0;
        command.Parameters.AddArray(topics);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            yield return new PastEvent(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetInt64(3),
                reader.GetFieldValue<byte[]>(4)
            );
        }
    }

    private static async Task WriteAsync(
        NpgsqlBinaryImporter copy,
        AnyEvent happened,
        KafkaRecord record,
        CancellationToken stop
    )
    {
        await copy.StartRowAsync(stop);
        await copy.WriteAsync(record.Incarnation, NpgsqlDbType.Text, stop);
        await copy.WriteAsync(record.Topic, NpgsqlDbType.Text, stop);
        await copy.WriteAsync(record.Partition, NpgsqlDbType.Integer, stop);
        await copy.WriteAsync(record.Offset, NpgsqlDbType.Bigint, stop);
        await copy.WriteAsync(record.Key, NpgsqlDbType.Text, stop);
        await copy.WriteAsync(happened.EventId, NpgsqlDbType.Uuid, stop);
        await copy.WriteAsync(happened.EventType, NpgsqlDbType.Text, stop);
        await copy.WriteAsync(record.Version, NpgsqlDbType.Bigint, stop);
        await copy.WriteAsync(happened.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz, stop);
        await copy.WriteAsync(record.Timestamp.UtcDateTime, NpgsqlDbType.TimestampTz, stop);
        var names = record.Headers.Select(h => h.Key).ToArray();
        await copy.WriteAsync(names, NpgsqlDbType.Array | NpgsqlDbType.Text, stop);
        var values = record.Headers.Select(h => h.Value).ToArray();
        await copy.WriteAsync(values, NpgsqlDbType.Array | NpgsqlDbType.Bytea, stop);
        await copy.WriteAsync(record.Body, NpgsqlDbType.Bytea, stop);
    }
}

internal static class ArrayParameters
{
    /// <summary>
    /// Adds the next positional parameter, an array. Times are DateTimeOffset: of a DateTime Npgsql
    /// takes the first element's kind for the type, and that may be null.
    /// </summary>
    public static void AddArray<T>(
        this NpgsqlParameterCollection parameters,
        IEnumerable<T> values
    ) => parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. values] });
}
