using Confluent.Kafka;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Where a group goes on in partitions that it gets. The database knows exactly what is applied, so
/// its position rules; Kafka's offset counts only where it is lower, which is how an operator
/// rewinds a group. Without a position of this incarnation of Kafka, or of this database,
/// everything is read: the inbox lets the known pass.
/// </summary>
internal static class StartPositions
{
    private const string Sql = """
        SELECT topic, partition, next_offset FROM messaging.consumer_positions
        WHERE consumer_group = $1 AND incarnation = $2
        """;

    /// <param name="committed">Of the wanted partitions, as Kafka has them; maybe unset.</param>
    public static IEnumerable<TopicPartitionOffset> Of(
        IReadOnlyDictionary<TopicPartition, long> applied,
        IEnumerable<TopicPartitionOffset> committed
    ) =>
        committed.Select(c => new TopicPartitionOffset(
            c.TopicPartition,
            !applied.TryGetValue(c.TopicPartition, out var next) ? Offset.Beginning
                : c.Offset.Value >= 0 ? Math.Min(next, c.Offset.Value)
                : next
        ));

    /// <summary>How far the group is, by partition with the prefix.</summary>
    public static async Task<IReadOnlyDictionary<TopicPartition, long>> LoadAsync(
        NpgsqlDataSource dataSource,
        string group,
        string incarnation,
        Func<string, string> prefixed,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = group });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = incarnation });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var positions = new Dictionary<TopicPartition, long>();
        while (await reader.ReadAsync(stop))
        {
            var partition = new TopicPartition(prefixed(reader.GetString(0)), reader.GetInt32(1));
            positions[partition] = reader.GetInt64(2);
        }

        return positions;
    }
}
