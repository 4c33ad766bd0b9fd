using System.Globalization;
using ConcertReservation.Messaging;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>Writes and reads a topic with the plain client.</summary>
internal static class Log
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    static Log() => Librdkafka.EnsureResolved();

    public static IEnumerable<string> Values(int count) =>
        Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture));

    public static async Task CreateTopicAsync(string bootstrapServers, string topic)
    {
        using var admin = new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = bootstrapServers }
        ).Build();
        await admin.CreateTopicsAsync([
            new TopicSpecification
            {
                Name = topic,
                NumPartitions = 3,
                ReplicationFactor = 3,
            },
        ]);
    }

    /// <summary>Writes 0, 1, 2 …, each acknowledged by all replicas that are in sync.</summary>
    public static void Write(string bootstrapServers, string topic, int count)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            EnableIdempotence = true,
            Acks = Acks.All,
            CompressionType = CompressionType.Snappy,
        };
        using var producer = new ProducerBuilder<string, string>(config).Build();
        var acknowledged = 0;
        foreach (var value in Values(count))
        {
            producer.Produce(
                topic,
                new Message<string, string> { Key = value, Value = value },
                // Reports come on the client's thread and, while it flushes, on this one.
                report => Interlocked.Add(ref acknowledged, report.Error.IsError ? 0 : 1)
            );
        }

        producer.Flush(Patience);
        acknowledged.ShouldBe(count);
    }

    /// <summary>
    /// Reads from the start as a member of a new group, until so many values are there.
    /// </summary>
    public static IReadOnlyList<string> Read(string bootstrapServers, string topic, int count)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = $"reader-{Guid.NewGuid():N}",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
        };
        using var consumer = new ConsumerBuilder<string, string>(config).Build();
        consumer.Subscribe(topic);
        var values = new List<string>();
        while (values.Count < count && consumer.Consume(Patience) is { } record)
            values.Add(record.Message.Value);
        consumer.Close();
        return values;
    }

    /// <summary>The effective settings of one broker, as it tells them.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> SettingsOfAsync(
        string bootstrapServers,
        int node
    )
    {
        using var admin = new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = bootstrapServers }
        ).Build();
        var described = await admin.DescribeConfigsAsync([
            new ConfigResource
            {
                Type = ResourceType.Broker,
                Name = node.ToString(CultureInfo.InvariantCulture),
            },
        ]);
        return described
            .Single()
            .Entries.ToDictionary(e => e.Key, e => e.Value.Value, StringComparer.Ordinal);
    }

    /// <summary>Topic to number of partitions.</summary>
    /// <exception cref="KafkaException">No broker answers.</exception>
    public static Dictionary<string, int> TopicsOf(string bootstrapServers)
    {
        using var admin = new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = bootstrapServers }
        ).Build();
        return admin
            .GetMetadata(TimeSpan.FromSeconds(5))
            .Topics.ToDictionary(t => t.Topic, t => t.Partitions.Count, StringComparer.Ordinal);
    }
}
