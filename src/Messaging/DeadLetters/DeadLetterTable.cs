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

/// <summary>A row to be of <c>messaging.dead_letters</c>.</summary>
/// <param name="IsClaimed">The inbox has its event for the group.</param>
internal sealed record LetterRow(
    LetterPlace At,
    KafkaRecord Record,
    Guid? EventId,
    string? EventType,
    string Status,
    string ExceptionType,
    string ExceptionMessage,
    bool IsClaimed
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
            IsClaimed: received.Reading != Reading.Malformed
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
        INSERT INTO messaging.dead_letters
            (consumer_group, topic, partition, incarnation, record_offset, key, event_id,
             event_type, version, status, exception_type, exception_message, recorded_at,
             header_names, header_values, body, claimed, person)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        ON CONFLICT DO NOTHING
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
    public static async Task InsertAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LetterRow> letters,
        CancellationToken stop
    )
    {
        if (letters.Count == 0)
            return;

        await using var batch = new NpgsqlBatch(connection);
        foreach (var letter in letters)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = InsertSql;
            AddParameters(command.Parameters, letter);
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(stop);
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
