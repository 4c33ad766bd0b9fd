using System.Runtime.CompilerServices;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// Every event of all topics, as received, each once: the inbox filters repeats.
/// </summary>
internal sealed class EventStore(
    NpgsqlDataSource dataSource,
    GroupProgress progress,
    UnappliedEvents unapplied
) : IEventHistory
{
    private const string CopySql = """
        COPY data_platform.events (incarnation, topic, partition, "offset", key, event_id,
            event_type, version, occurred_at, appended_at, header_names, header_values, body,
            person)
        FROM STDIN (FORMAT BINARY)
        """;

    /// <summary>Whoever appends shares it until the commit.</summary>
    private const string LockKey = "hashtext('data_platform.append')";

    /// <summary>Stores a batch in the unit of work's transaction.</summary>
    public static async Task AppendAsync(
        UnitOfWork work,
        IReadOnlyList<AnyEvent> batch,
        CancellationToken stop
    )
    {
        var persons = batch.Select(PersonOf).ToArray();
        var erased = await LockAsync(work, persons, stop);
        await using var copy = await work.Connection.BeginBinaryImportAsync(CopySql, stop);
        foreach (var (happened, person) in batch.Zip(persons))
        {
            var isErased = person is { } id && erased.Contains(id);
            var isOurs = IsFoundByKey(happened);
            var (body, headers) = (happened.Record.Body, happened.Record.Headers);
            Write(
                copy,
                happened,
                (isErased ? PersonalFields.Erase(body) : null) ?? body,
                isErased && !isOurs ? [.. headers.Where(IsHarmless)] : headers,
                isOurs ? null : person
            );
        }

        await copy.CompleteAsync(stop);
    }

    /// <summary>Whom what is in the event could name.</summary>
    private static long? PersonOf(AnyEvent happened) =>
        happened.Known switch
        {
            UserEvent user => user.UserId,
            ReservationEvent reservation => reservation.UserId,
            PaymentEvent payment => payment.UserId,
            _ => PersonalFields.PersonOf(happened.Record.Body.Span),
        };

    /// <summary>
    /// Nearly every event is; what another system writes may be about anybody under any key.
    /// </summary>
    private static bool IsFoundByKey(AnyEvent happened) =>
        happened.Known is UserEvent or ReservationEvent or PaymentEvent
        && happened.Known.Key == happened.Record.Key;

    private static bool IsHarmless(KeyValuePair<string, byte[]?> header) =>
        PersonalFields.HarmlessHeaders.Contains(header.Key);

    /// <returns>
    /// Of these persons those whose events are stored without what names them. Whoever erases has
    /// told so before they wait for the lock.
    /// </returns>
    private static async Task<HashSet<long>> LockAsync(
        UnitOfWork work,
        IEnumerable<long?> persons,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(work.Connection);
        batch.BatchCommands.Add(new($"SELECT FROM pg_advisory_xact_lock_shared({LockKey})"));
        var erasedOf = new NpgsqlBatchCommand(
            "SELECT customer_id FROM data_platform.erased_customers WHERE customer_id = ANY($1)"
        );
        erasedOf.Parameters.AddArray(persons.OfType<long>().Distinct());
        batch.BatchCommands.Add(erasedOf);
        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.NextResultAsync(stop);
        var erased = new HashSet<long>();
        while (await reader.ReadAsync(stop))
            erased.Add(reader.GetInt64(0));
        return erased;
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
            page.Add((reader.GetInt64(0), CountedEvent.Read(type, version, body)));
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
        // Before what is kept: a letter that is replayed meanwhile is found there.
        await foreach (var lacking in unapplied.ReadAsync(DataPlatformModule.Group, topics, stop))
        {
            var record = lacking.Record;
            yield return new PastEvent(
                record.Topic,
                record.Key,
                lacking.EventType,
                record.Version,
                record.Body
            );
        }

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

    /// <summary>Into the buffer; only a full one waits for the database.</summary>
    private static void Write(
        NpgsqlBinaryImporter copy,
        AnyEvent happened,
        ReadOnlyMemory<byte> body,
        IReadOnlyList<KeyValuePair<string, byte[]?>> headers,
        long? person
    )
    {
        var record = happened.Record;
        copy.StartRow();
        copy.Write(record.Incarnation, NpgsqlDbType.Text);
        copy.Write(record.Topic, NpgsqlDbType.Text);
        copy.Write(record.Partition, NpgsqlDbType.Integer);
        copy.Write(record.Offset, NpgsqlDbType.Bigint);
        copy.Write(record.Key, NpgsqlDbType.Text);
        copy.Write(happened.EventId, NpgsqlDbType.Uuid);
        copy.Write(happened.EventType, NpgsqlDbType.Text);
        copy.Write(record.Version, NpgsqlDbType.Bigint);
        copy.Write(happened.OccurredAt.UtcDateTime, NpgsqlDbType.TimestampTz);
        copy.Write(record.Timestamp.UtcDateTime, NpgsqlDbType.TimestampTz);
        copy.Write(headers.Select(h => h.Key).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        copy.Write(headers.Select(h => h.Value).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bytea);
        copy.Write(body, NpgsqlDbType.Bytea);
        if (person is { } noted)
            copy.Write(noted, NpgsqlDbType.Bigint);
        else
            copy.WriteNull();
    }
}
