using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>
/// Topics of which Kafka has less than we know to have been there, as groups have read it or the
/// relay has sent it: deleted and made again, by whomever and whoever was running, or cut when a
/// broker was elected that lacked the end. Their offsets are given anew, to other records.
/// </summary>
/// <remarks>
/// A leader that does not know yet what others have acknowledged tells no end at all, and none that
/// is too low (KIP-207, since Kafka 2.2).
/// </remarks>
internal sealed class LostRecords(NpgsqlDataSource dataSource, KafkaClients clients)
{
    private const string ReadSql = """
        SELECT topic, partition, max(next_offset) FROM messaging.consumer_positions
        WHERE incarnation = $1 AND next_offset > 0 GROUP BY topic, partition
        """;

    private const string RelayedSql = """
        SELECT from_snapshot::text, to_snapshot::text, last_seq FROM messaging.relay_position
        WHERE incarnation = $1
        """;

    /// <summary>Reads all of the outbox for a topic that has no row in it.</summary>
    private const string SentSql = """
        SELECT topic FROM unnest($1::text[]) AS asked (topic)
        WHERE EXISTS (
            SELECT FROM messaging.outbox AS sent
            WHERE sent.topic = asked.topic
                AND (pg_visible_in_snapshot(sent.xid, (SELECT $2::text::pg_snapshot))
                    OR (sent.seq <= $4
                        AND pg_visible_in_snapshot(sent.xid, (SELECT $3::text::pg_snapshot)))))
        """;

    /// <summary>Many millions of rows take their time.</summary>
    private const int CommandTimeoutSeconds = 300;

    /// <param name="alsoUnread">
    /// Topics, too, that are empty though the relay has sent to them, and that no group had read.
    /// </param>
    /// <exception cref="Confluent.Kafka.KafkaException">
    /// Kafka does not answer, or not for every topic: nothing is known.
    /// </exception>
    public async Task<IReadOnlyList<string>> TopicsAsync(
        string incarnation,
        bool alsoUnread,
        CancellationToken stop
    )
    {
        // Before Kafka is asked: what is read or sent meanwhile only makes its logs longer.
        var (read, relayed) = await RecordedAsync(incarnation, stop);
        if (read.Count == 0 && relayed is null)
            return [];

        var topics = read.Keys.Select(r => r.Topic).Union(Topics.Partitions.Keys);
        var ends = await KafkaWatermarks.ReadWhatIsThereAsync(clients, topics, stop);
        var shorter = Shorter(read, ends);
        if (!alsoUnread || relayed is null)
            return shorter;

        var empty = Topics.Partitions.Keys.Where(t =>
            ends.Where(e => e.Key.Topic == t).All(e => e.Value.High == 0)
        );
        return [.. shorter.Union(await SentAsync([.. empty], relayed, stop))];
    }

    /// <summary>Those of the topics that groups have read or the relay has sent to.</summary>
    public async Task<IReadOnlyList<string>> KnownAsync(
        string incarnation,
        string[] topics,
        CancellationToken stop
    )
    {
        var (read, relayed) = await RecordedAsync(incarnation, stop);
        var known = read.Keys.Select(r => r.Topic).Intersect(topics).ToList();
        // Dead letters are in no outbox.
        var unread = topics.Intersect(Topics.Partitions.Keys).Except(known);
        return relayed is null ? known : [.. known, .. await SentAsync([.. unread], relayed, stop)];
    }

    /// <summary>How far the furthest group of each partition is.</summary>
    public static async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> ReadAsync(
        NpgsqlConnection connection,
        string incarnation,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = incarnation });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var read = new Dictionary<(string, int), long>();
        while (await reader.ReadAsync(stop))
            read[(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
        return read;
    }

    /// <summary>Of the topics that Kafka was asked for.</summary>
    /// <param name="read">From before it was.</param>
    public static IReadOnlyList<string> Shorter(
        IReadOnlyDictionary<(string Topic, int Partition), long> read,
        IReadOnlyDictionary<(string Topic, int Partition), Watermarks> ends
    )
    {
        var asked = ends.Keys.Select(e => e.Topic).ToHashSet(StringComparer.Ordinal);
        // A partition that is no more has nothing.
        return
        [
            .. read.Where(r =>
                    asked.Contains(r.Key.Topic) && r.Value > ends.GetValueOrDefault(r.Key).High
                )
                .Select(r => r.Key.Topic)
                .Distinct(StringComparer.Ordinal),
        ];
    }

    private async Task<(
        IReadOnlyDictionary<(string Topic, int Partition), long> Read,
        Relayed? Relayed
    )> RecordedAsync(string incarnation, CancellationToken stop)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        var read = await ReadAsync(connection, incarnation, stop);
        await using var command = new NpgsqlCommand(RelayedSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = incarnation });
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop))
            return (read, null);

        var to = await reader.IsDBNullAsync(1, stop) ? null : reader.GetString(1);
        return (read, new Relayed(reader.GetString(0), to, reader.GetInt64(2)));
    }

    /// <summary>Those that the relay had sent something to.</summary>
    private async Task<IReadOnlyList<string>> SentAsync(
        string[] topics,
        Relayed relayed,
        CancellationToken stop
    )
    {
        if (topics.Length == 0)
            return [];

        await using var command = dataSource.CreateCommand(SentSql);
        command.CommandTimeout = CommandTimeoutSeconds;
        command.Parameters.AddArray(NpgsqlDbType.Text, topics);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = relayed.From });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = relayed.To });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = relayed.LastSeq });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var sent = new List<string>();
        while (await reader.ReadAsync(stop))
            sent.Add(reader.GetString(0));
        return sent;
    }

    /// <summary>As <see cref="RelayPosition"/>, of this Kafka.</summary>
    private sealed record Relayed(string From, string? To, long LastSeq);
}
