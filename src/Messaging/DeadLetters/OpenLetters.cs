using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>
/// Open letters that a group has of one key, which are replayed in their order; a letter without
/// key is alone.
/// </summary>
/// <param name="FirstId">Of the oldest one when it was found.</param>
internal sealed record LetterSequence(
    string Group,
    string Topic,
    int Partition,
    byte[]? Key,
    long FirstId
);

/// <summary>An open letter with its record.</summary>
/// <param name="IsClaimed">The inbox has its event for this group.</param>
internal sealed record OpenLetter(
    long Id,
    bool IsClaimed,
    string Incarnation,
    ConsumeResult<byte[], byte[]> Record
);

/// <param name="ExceptionType">What it failed by the last time.</param>
internal sealed record SelectedLetter(OpenLetter Letter, string Group, string ExceptionType);

/// <summary>What decisions about dead letters read and write.</summary>
internal static class OpenLetters
{
    /// <summary>
    /// As batches do, before they ask which keys are blocked. Positions may have been forgotten, as
    /// those of a topic that was made again: so decisions lock their letters, too.
    /// </summary>
    private const string LockSql = """
        SELECT FROM messaging.consumer_positions
        WHERE consumer_group = $1 AND topic = $2 AND partition = $3
        ORDER BY incarnation FOR UPDATE
        """;

    private const string Columns = """
        dead_letter_id, claimed, incarnation, record_offset, key, recorded_at, header_names,
            header_values, body, topic, partition
        """;

    /// <summary>One that somebody decides about meanwhile is passed over then.</summary>
    private const string FirstSql = $"""
        SELECT {Columns} FROM messaging.dead_letters
        WHERE status IN ('waiting', 'parked') AND consumer_group = $1 AND topic = $2
            AND partition = $3
            AND CASE WHEN $4::bytea IS NULL THEN dead_letter_id = $5
                ELSE sha256(key) = sha256($4) AND key = $4 END
        ORDER BY dead_letter_id LIMIT 1 FOR UPDATE
        """;

    private const string AllSql = $"""
        SELECT {Columns} FROM messaging.dead_letters
        WHERE status IN ('waiting', 'parked') AND consumer_group = $1 AND topic = ANY ($2)
        ORDER BY dead_letter_id
        """;

    private const string SelectedSql = $"""
        SELECT {Columns}, consumer_group, exception_type FROM messaging.dead_letters
        WHERE {LetterSelection.IsSelected}
        ORDER BY dead_letter_id
        """;

    private const string ResolveSql = """
        UPDATE messaging.dead_letters
        SET status = $2, resolved_at = clock.now(), resolved_by = $3
        WHERE dead_letter_id = $1 AND status IN ('waiting', 'parked')
        """;

    private const string FailSql = """
        UPDATE messaging.dead_letters
        SET status = 'waiting', failed_replays = failed_replays + 1, exception_type = $2,
            exception_message = $3
        WHERE dead_letter_id = $1 AND status IN ('waiting', 'parked')
        """;

    /// <summary>
    /// The oldest open letter of the sequence; until the transaction ends, nobody else decides
    /// about it, and a group that has a position adds none.
    /// </summary>
    public static async Task<OpenLetter?> LockFirstAsync(
        NpgsqlConnection connection,
        LetterSequence sequence,
        CancellationToken stop
    )
    {
        await using (var positions = new NpgsqlCommand(LockSql, connection))
        {
            AddPartition(positions.Parameters, sequence);
            await positions.ExecuteNonQueryAsync(stop);
        }

        await using var command = new NpgsqlCommand(FirstSql, connection);
        AddPartition(command.Parameters, sequence);
        command.Parameters.Add(
            new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.Bytea,
                Value = (object?)sequence.Key ?? DBNull.Value,
            }
        );
        command.Parameters.AddWithValue(sequence.FirstId);
        await using var reader = await command.ExecuteReaderAsync(stop);
        return await reader.ReadAsync(stop) ? Read(reader) : null;
    }

    /// <summary>All that the group has of these topics now, the oldest first.</summary>
    public static async IAsyncEnumerable<OpenLetter> ReadAllAsync(
        NpgsqlDataSource dataSource,
        string group,
        IReadOnlyCollection<string> topics,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(AllSql);
        command.Parameters.AddWithValue(group);
        command.Parameters.AddWithValue(topics.ToArray());
        // Whoever reads them may take longer than the usual limit.
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            yield return Read(reader);
    }

    /// <summary>Those of the selection that these groups have, the oldest first.</summary>
    public static async IAsyncEnumerable<SelectedLetter> ReadSelectedAsync(
        NpgsqlConnection connection,
        LetterSelection selection,
        IReadOnlyCollection<string> groups,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(SelectedSql, connection);
        selection.AddParameters(command.Parameters, groups);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            yield return new(Read(reader), reader.GetString(11), reader.GetString(12));
    }

    /// <param name="id">Of a letter that this transaction has locked.</param>
    public static async Task ResolveAsync(
        NpgsqlConnection connection,
        long id,
        string status,
        string by,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(ResolveSql, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(status);
        command.Parameters.AddWithValue(by);
        if (await command.ExecuteNonQueryAsync(stop) != 1)
            throw new InvalidOperationException($"The dead letter {id} is decided already.");
    }

    /// <summary>It failed once more, and blocks what is behind it.</summary>
    public static async Task FailAsync(
        NpgsqlDataSource dataSource,
        long id,
        Exception reason,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(FailSql);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(DeadLetterHeaders.NameOf(reason));
        command.Parameters.AddWithValue(DeadLetterTable.Storable(reason.Message));
        await command.ExecuteNonQueryAsync(stop);
    }

    private static OpenLetter Read(NpgsqlDataReader reader)
    {
        var headers = new Headers();
        var names = reader.GetFieldValue<string[]>(6);
        var values = reader.GetFieldValue<byte[]?[]>(7);
        for (var i = 0; i < names.Length; i++)
            headers.Add(names[i], values[i]);

        var record = new ConsumeResult<byte[], byte[]>
        {
            Topic = reader.GetString(9),
            Partition = reader.GetInt32(10),
            Offset = reader.GetInt64(3),
            Message = new Message<byte[], byte[]>
            {
                Key = reader.IsDBNull(4) ? null! : reader.GetFieldValue<byte[]>(4),
                Timestamp = new Timestamp(reader.GetFieldValue<DateTimeOffset>(5)),
                Headers = headers,
                Value = reader.IsDBNull(8) ? null! : reader.GetFieldValue<byte[]>(8),
            },
        };
        return new OpenLetter(
            reader.GetInt64(0),
            reader.GetBoolean(1),
            reader.GetString(2),
            record
        );
    }

    private static void AddPartition(NpgsqlParameterCollection parameters, LetterSequence sequence)
    {
        parameters.AddWithValue(sequence.Group);
        parameters.AddWithValue(sequence.Topic);
        parameters.AddWithValue(sequence.Partition);
    }
}
