using ConcertReservation.BuildingBlocks.Data;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>How far a group is in a partition.</summary>
/// <param name="Next">Behind the last record that is applied, or read again.</param>
/// <param name="Applied">Behind the last record that is applied.</param>
internal readonly record struct AppliedPosition(long Next, long Applied);

/// <summary>
/// Where a group goes on in partitions that it gets. The database knows exactly what is applied, so
/// its position rules, unless the group was set back; Kafka's offset counts only where it is lower,
/// which is how Kafka's own tools rewind a group. Without a position of this incarnation of Kafka,
/// or of this database, everything is read: the inbox lets the known pass.
/// </summary>
internal sealed partial class StartPositions(
    NpgsqlDataSource dataSource,
    KafkaClients clients,
    ILogger log
)
{
    private const string Sql = """
        SELECT p.topic, p.partition, coalesce(r.next_offset, p.next_offset), p.next_offset
        FROM messaging.consumer_positions AS p
        LEFT JOIN messaging.consumer_rereads AS r
            ON r.consumer_group = p.consumer_group AND r.incarnation = p.incarnation
            AND r.topic = p.topic AND r.partition = p.partition AND r.next_offset < r.to_offset
        WHERE p.consumer_group = $1 AND p.incarnation = $2
        """;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = log;

    /// <param name="committed">Of the wanted partitions, as Kafka has them; maybe unset.</param>
    public static IEnumerable<TopicPartitionOffset> Of(
        IReadOnlyDictionary<TopicPartition, AppliedPosition> applied,
        IEnumerable<TopicPartitionOffset> committed
    ) =>
        committed.Select(c => new TopicPartitionOffset(
            c.TopicPartition,
            !applied.TryGetValue(c.TopicPartition, out var position) ? Offset.Beginning
                : c.Offset.Value >= 0 ? Math.Min(position.Next, c.Offset.Value)
                : position.Next
        ));

    /// <summary>
    /// How far the group is, by partition with the prefix; on the thread that polls. Without the
    /// database no position is known: it waits for it, as everything else does.
    /// </summary>
    public IReadOnlyDictionary<TopicPartition, AppliedPosition> Load(
        SessionSetup setup,
        CancellationToken stop
    )
    {
        while (true)
        {
            try
            {
                return LoadAsync(setup, stop).GetAwaiter().GetResult();
            }
            catch (Exception e) when (DatabaseFaults.IsAway(e))
            {
                LogWaits(setup.Group, e.Message);
                stop.WaitHandle.WaitOne(Retry);
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task<IReadOnlyDictionary<TopicPartition, AppliedPosition>> LoadAsync(
        SessionSetup setup,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = setup.Group });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = setup.Incarnation });
        await using var reader = await command.ExecuteReaderAsync(stop);
        var positions = new Dictionary<TopicPartition, AppliedPosition>();
        while (await reader.ReadAsync(stop))
        {
            var topic = clients.Prefixed(reader.GetString(0));
            positions[new TopicPartition(topic, reader.GetInt32(1))] = new AppliedPosition(
                reader.GetInt64(2),
                reader.GetInt64(3)
            );
        }

        return positions;
    }

    [LoggerMessage(LogLevel.Debug, "{Group} waits for its positions in the database: {Reason}")]
    private partial void LogWaits(string group, string reason);
}
