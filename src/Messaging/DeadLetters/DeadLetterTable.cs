using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>Which record of which log a group gave up.</summary>
internal sealed record LetterPlace(
    string Group,
    string Topic,
    int Partition,
    string Incarnation,
    long Offset
);

/// <summary>Where another system's letter is in the dead letter topic.</summary>
internal readonly record struct FoundLetter(int Partition, long Offset);

/// <summary>A row to be of <c>messaging.dead_letters</c>.</summary>
/// <param name="IsClaimed">The inbox has its event for the group.</param>
/// <param name="Found">null for a letter of our own.</param>
internal sealed record LetterRow(
    LetterPlace At,
    KafkaRecord Record,
    Guid? EventId,
    string? EventType,
    string Status,
    string ExceptionType,
    string ExceptionMessage,
    bool IsClaimed,
    FoundLetter? Found
)
{
    public static LetterRow Of(GroupPartition partition, DeadLetter letter)
    {
        var (received, record) = (letter.Event, letter.Event.Record);
        return new LetterRow(
            new LetterPlace(
                partition.Group,
                partition.Topic,
                partition.Partition,
                partition.Incarnation,
                record.Offset
            ),
            record,
            received.EventId == Guid.Empty ? null : received.EventId,
            received.EventType,
            letter.Status,
            DeadLetterHeaders.NameOf(letter.Reason),
            letter.Reason.Message,
            IsClaimed: received.Reading != Reading.Malformed,
            Found: null
        );
    }
}

/// <summary>
/// <c>messaging.dead_letters</c>: what waits for a decision, and what stands in line behind it.
/// Written in the transaction that passes the record.
/// </summary>
internal static class DeadLetterTable
{
    private const string KnownSql = """
        SELECT record_offset FROM messaging.dead_letters
        WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND incarnation = $4
            AND record_offset = ANY ($5)
        """;

    private const string InsertSql = """
        INSERT INTO messaging.dead_letters AS known
            (consumer_group, topic, partition, incarnation, record_offset, key, event_id,
             event_type, version, status, exception_type, exception_message, recorded_at,
             header_names, header_values, body, claimed, person, found_partition, found_offset)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20)
        """;

    private const string InsertOwnSql = InsertSql + " ON CONFLICT DO NOTHING";

    /// <summary>
    /// A group that reads its record again, and fails again, writes another letter: whatever
    /// somebody decided about the one before, this one waits. Further on in the dead letter topic
    /// it is a newer one; in another partition, or a topic made again, its time tells.
    /// </summary>
    private const string InsertForeignSql =
        InsertSql
        + """

            ON CONFLICT (consumer_group, topic, partition, record_offset, incarnation) DO UPDATE
            SET key = excluded.key, event_id = excluded.event_id, event_type = excluded.event_type,
                version = excluded.version, status = excluded.status,
                exception_type = excluded.exception_type,
                exception_message = excluded.exception_message,
                recorded_at = excluded.recorded_at, header_names = excluded.header_names,
                header_values = excluded.header_values, body = excluded.body,
                person = excluded.person, found_partition = excluded.found_partition,
                found_offset = excluded.found_offset, dead_at = clock.now(), resolved_at = NULL,
                resolved_by = NULL
            WHERE known.recorded_at < excluded.recorded_at
                OR known.found_partition = excluded.found_partition
                AND known.found_offset < excluded.found_offset
            """;

    /// <summary>Those of the offsets that are dead letters already, decided or not.</summary>
    public static async Task<HashSet<long>> KnownAsync(
        NpgsqlConnection connection,
        GroupPartition partition,
        long[] offsets,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(KnownSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Group });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Topic });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition.Partition });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Incarnation });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = offsets });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var known = new HashSet<long>();
        while (await reader.ReadAsync(stop))
            known.Add(reader.GetInt64(0));
        return known;
    }

    /// <summary>Inserts the letters in their order, which is the order of their ids.</summary>
    /// <returns>Of each whether it is new; another system's also where it is so again.</returns>
    public static async Task<IReadOnlyList<bool>> InsertAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LetterRow> letters,
        CancellationToken stop
    )
    {
        if (letters.Count == 0)
            return [];

        await using var batch = new NpgsqlBatch(connection);
        var commands = new List<NpgsqlBatchCommand>(letters.Count);
        foreach (var letter in letters)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = letter.Found is null ? InsertOwnSql : InsertForeignSql;
            AddParameters(command.Parameters, letter);
            commands.Add(command);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(stop);
        return [.. commands.Select(c => c.RecordsAffected > 0)];
    }

    private static void AddParameters(NpgsqlParameterCollection parameters, LetterRow letter)
    {
        var (at, record) = (letter.At, letter.Record);
        Add(NpgsqlDbType.Text, at.Group);
        Add(NpgsqlDbType.Text, at.Topic);
        Add(NpgsqlDbType.Integer, at.Partition);
        Add(NpgsqlDbType.Text, at.Incarnation);
        Add(NpgsqlDbType.Bigint, at.Offset);
        Add(NpgsqlDbType.Bytea, record.KeyBytes);
        Add(NpgsqlDbType.Uuid, letter.EventId);
        Add(NpgsqlDbType.Text, letter.EventType is { } type ? Storable(type) : null);
        Add(NpgsqlDbType.Bigint, record.Version);
        Add(NpgsqlDbType.Text, letter.Status);
        Add(NpgsqlDbType.Text, Storable(letter.ExceptionType));
        Add(NpgsqlDbType.Text, Storable(letter.ExceptionMessage));
        Add(NpgsqlDbType.TimestampTz, record.Timestamp.UtcDateTime);
        Add(NpgsqlDbType.Array | NpgsqlDbType.Text, Names(record));
        Add(NpgsqlDbType.Array | NpgsqlDbType.Bytea, record.Headers.Select(h => h.Value).ToArray());
        Add(NpgsqlDbType.Bytea, record.HasBody ? record.Body.ToArray() : null);
        Add(NpgsqlDbType.Boolean, letter.IsClaimed);
        Add(NpgsqlDbType.Bigint, LetterPerson.Of(record.KeyBytes, record.Body));
        Add(NpgsqlDbType.Integer, letter.Found?.Partition);
        Add(NpgsqlDbType.Bigint, letter.Found?.Offset);

        void Add(NpgsqlDbType type, object? value) =>
            parameters.Add(
                new NpgsqlParameter { NpgsqlDbType = type, Value = value ?? DBNull.Value }
            );
    }

    private static string[] Names(KafkaRecord record) =>
        [.. record.Headers.Select(h => Storable(h.Key))];

    /// <summary>
    /// PostgreSQL's text holds everything but NUL, which a foreign record may contain.
    /// </summary>
    internal static string Storable(string text) => text.Replace('\0', '\uFFFD');
}
