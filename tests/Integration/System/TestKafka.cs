using ConcertReservation.Contracts;
using ConcertReservation.LocalServices;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ConcertReservation.Tests.Integration;

/// <summary>
/// A Kafka that no other run shares: a prefix of its own on real brokers, or
/// an embedded cluster of its own.
/// </summary>
internal sealed class TestKafka : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static TestKafka() => ConcertReservation.Messaging.Librdkafka.EnsureResolved();

    private TestKafka(string bootstrapServers, string prefix, EmbeddedKafka? embedded) =>
        (BootstrapServers, Prefix, Embedded) = (bootstrapServers, prefix, embedded);

    public string BootstrapServers { get; }

    public string Prefix { get; }

    /// <summary>null on real brokers.</summary>
    public EmbeddedKafka? Embedded { get; }

    /// <summary>
    /// On the brokers that the environment names, unless they are an embedded cluster too.
    /// </summary>
    public static TestKafka On(string bootstrapServers) =>
        IsEmbedded(bootstrapServers)
            ? OfItsOwn()
            : new TestKafka(bootstrapServers, $"test-{Guid.NewGuid():N}.", embedded: null);

    /// <summary>An embedded cluster, which a test may take down.</summary>
    public static TestKafka OfItsOwn()
    {
        var embedded = EmbeddedKafka.Start();
        return new TestKafka(embedded.BootstrapServers, "", embedded);
    }

    /// <summary>
    /// Every record of the topic, from offset 0 to its present end, partition by partition.
    /// </summary>
    public IReadOnlyList<ConsumeResult<string, byte[]>> ReadAll(string topic)
    {
        var name = Prefix + topic;
        using var consumer = new ConsumerBuilder<string, byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = BootstrapServers,
                GroupId = $"{Prefix}reader-{Guid.NewGuid():N}",
                EnableAutoCommit = false,
                // Else each partition is waited for at the end of the one before it.
                FetchWaitMaxMs = 10,
            }
        ).Build();
        var records = new List<ConsumeResult<string, byte[]>>();
        foreach (var partition in PartitionsOf(name))
        {
            var end = consumer.QueryWatermarkOffsets(partition, Patience).High;
            if (end == 0)
                continue;

            consumer.Assign(new TopicPartitionOffset(partition, Offset.Beginning));
            while (
                consumer.Position(partition) is var position
                && (position.IsSpecial || position < end)
            )
            {
                records.Add(
                    consumer.Consume(Patience)
                        ?? throw new TimeoutException($"{partition} ended before offset {end}.")
                );
            }
        }

        return records;
    }

    /// <summary>For records that are there before any host; else hosts make their topics.</summary>
    /// <param name="partitions">Of real brokers, by topic; null for those of the contract.</param>
    public async Task CreateTopicsAsync(IReadOnlyDictionary<string, int>? partitions = null)
    {
        if (Embedded is null)
        {
            await CreateTopicsAsync(
                (partitions ?? Topics.Partitions).SelectMany(t =>
                    new[] { (t.Key, t.Value), (Topics.DeadLetters(t.Key), t.Value) }
                )
            );
        }
    }

    /// <summary>On real brokers, as an administrator does it: the same name, another log.</summary>
    public async Task MakeAgainAsync(string topic)
    {
        await DeleteTopicAsync(topic);
        await CreateTopicsAsync([(topic, Topics.Partitions[topic])]);
    }

    private async Task CreateTopicsAsync(IEnumerable<(string Name, int Partitions)> topics)
    {
        using var admin = Admin(BootstrapServers);
        await admin.CreateTopicsAsync(
            topics.Select(t => new TopicSpecification
            {
                Name = Prefix + t.Name,
                NumPartitions = t.Partitions,
                ReplicationFactor = 3,
            })
        );
        // A client may ask any of the brokers.
        foreach (var broker in BootstrapServers.Split(','))
        {
            using var reader = Admin(broker);
            await Eventually.Until(
                $"the broker {broker} knows the topics and their leaders",
                () =>
                    reader.GetMetadata(Patience).Topics.Count(t => IsOurs(t) && HasLeaders(t))
                    == 2 * Topics.Partitions.Count
            );
        }
    }

    /// <summary>On real brokers; returns when none of them knows the topic any more.</summary>
    public async Task DeleteTopicAsync(string topic)
    {
        using var admin = Admin(BootstrapServers);
        await admin.DeleteTopicsAsync([Prefix + topic]);
        foreach (var broker in BootstrapServers.Split(','))
        {
            using var reader = Admin(broker);
            await Eventually.Until(
                $"the broker {broker} has forgotten the topic",
                () => !reader.GetMetadata(Patience).Topics.Exists(t => t.Topic == Prefix + topic)
            );
        }
    }

    /// <summary>On real brokers, as their retention does.</summary>
    public async Task DeleteRecordsAsync(TopicPartition partition, Offset before)
    {
        using var admin = Admin(BootstrapServers);
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(partition, before)]);
    }

    /// <summary>Real brokers would get slow on the topics of a hundred ended tests.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Embedded is not null)
        {
            Embedded.Dispose();
            return;
        }

        using var admin = Admin(BootstrapServers);
        var ours = admin.GetMetadata(Patience).Topics.Where(IsOurs).Select(t => t.Topic).ToArray();
        if (ours.Length > 0)
            await admin.DeleteTopicsAsync(ours);
    }

    private bool IsOurs(TopicMetadata topic) =>
        topic.Topic.StartsWith(Prefix, StringComparison.Ordinal);

    private static bool HasLeaders(TopicMetadata topic) =>
        topic.Partitions.Count > 0 && topic.Partitions.All(p => p.Leader >= 0);

    private static bool IsEmbedded(string bootstrapServers)
    {
        using var admin = Admin(bootstrapServers);
        return admin
            .GetMetadata(Patience)
            .Topics.Any(t =>
                t.Topic.StartsWith(EmbeddedKafka.IncarnationPrefix, StringComparison.Ordinal)
            );
    }

    private IReadOnlyList<TopicPartition> PartitionsOf(string topic)
    {
        using var admin = Admin(BootstrapServers);
        return
        [
            .. admin
                .GetMetadata(topic, Patience)
                .Topics.Single()
                .Partitions.Select(p => new TopicPartition(topic, p.PartitionId)),
        ];
    }

    private static IAdminClient Admin(string bootstrapServers) =>
        new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = bootstrapServers }
        ).Build();
}
