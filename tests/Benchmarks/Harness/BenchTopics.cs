using System.Globalization;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// All our topics under a prefix of their own, as the host makes them in production: three copies,
/// two of which must have a record before it counts. Deleted at the end.
/// </summary>
internal sealed class BenchTopics : IAsyncDisposable
{
    public const short Replication = 3;
    public const int MinInSync = 2;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaderLimit = TimeSpan.FromSeconds(30);

    static BenchTopics() => Librdkafka.EnsureResolved();

    private BenchTopics(string bootstrapServers, string prefix) =>
        (BootstrapServers, Prefix) = (bootstrapServers, prefix);

    public string BootstrapServers { get; }

    public string Prefix { get; }

    /// <summary>With the prefix; without the dead letters'.</summary>
    public IEnumerable<TopicPartition> Partitions =>
        Topics.Partitions.SelectMany(t =>
            Enumerable.Range(0, t.Value).Select(p => new TopicPartition(Prefix + t.Key, p))
        );

    public static async Task<BenchTopics> CreateAsync(
        string bootstrapServers,
        CancellationToken stop
    )
    {
        var topics = new BenchTopics(bootstrapServers, $"bench-{Guid.NewGuid():N}.");
        using var admin = topics.Admin();
        await admin.CreateTopicsAsync(
            Topics.Partitions.SelectMany(t =>
                new[]
                {
                    topics.Plan(t.Key, t.Value, Topics.Retention),
                    topics.Plan(
                        Topics.DeadLetters(t.Key),
                        t.Value,
                        Topics.DeadLetterRetention,
                        ("max.message.bytes", Topics.DeadLetterMaxBytes)
                    ),
                }
            )
        );
        await Waiting.UntilAsync(
            "every partition has a leader",
            () => Task.FromResult(topics.HaveLeaders(admin)),
            LeaderLimit,
            stop
        );
        return topics;
    }

    /// <summary>Records of all topics, by their offsets.</summary>
    public long Count()
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = BootstrapServers, GroupId = $"{Prefix}count" }
        ).Build();
        return Partitions
            .Select(p => consumer.QueryWatermarkOffsets(p, AnswerLimit))
            .Sum(w => w.High.Value - w.Low.Value);
    }

    public async ValueTask DisposeAsync()
    {
        using var admin = Admin();
        var ours = admin
            .GetMetadata(AnswerLimit)
            .Topics.Select(t => t.Topic)
            .Where(t => t.StartsWith(Prefix, StringComparison.Ordinal))
            .ToArray();
        if (ours.Length > 0)
            await admin.DeleteTopicsAsync(ours);
    }

    private TopicSpecification Plan(
        string topic,
        int partitions,
        TimeSpan retention,
        params (string Key, long Value)[] more
    ) =>
        new()
        {
            Name = Prefix + topic,
            NumPartitions = partitions,
            ReplicationFactor = Replication,
            Configs = new (string Key, long Value)[]
            {
                ("min.insync.replicas", MinInSync),
                ("retention.ms", (long)retention.TotalMilliseconds),
                ("retention.bytes", Topics.RetentionBytes),
            }
                .Concat(more)
                .ToDictionary(
                    c => c.Key,
                    c => c.Value.ToString(CultureInfo.InvariantCulture),
                    StringComparer.Ordinal
                ),
        };

    private bool HaveLeaders(IAdminClient admin)
    {
        var ours = admin
            .GetMetadata(AnswerLimit)
            .Topics.Where(t => t.Topic.StartsWith(Prefix, StringComparison.Ordinal))
            .ToArray();
        return ours.Length == 2 * Topics.Partitions.Count
            && ours.All(t => t.Partitions.Count > 0 && t.Partitions.All(p => p.Leader >= 0));
    }

    private IAdminClient Admin() =>
        new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = BootstrapServers }
        ).Build();
}
