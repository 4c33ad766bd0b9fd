using System.Globalization;
using ConcertReservation.Contracts;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

/// <summary>How one topic is to be.</summary>
/// <param name="Name">With the prefix.</param>
internal sealed record TopicPlan(
    string Name,
    int Partitions,
    short Replication,
    IReadOnlyDictionary<string, string> Settings
);

/// <summary>Makes the topics that are missing, and tells where an existing one differs.</summary>
internal sealed class KafkaTopics(
    IOptions<KafkaOptions> options,
    IHostEnvironment environment,
    KafkaClients clients
)
{
    /// <summary>
    /// Batches of the relay are up to 1,000,000 bytes; the broker's default takes them.
    /// </summary>
    private const long EventTopicMinMessageBytes = 1_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly IReadOnlyDictionary<string, string> NoSettings =
        new Dictionary<string, string>();

    public IReadOnlyList<TopicPlan> Plans { get; } =
    [
        .. Topics.Partitions.Keys.SelectMany(topic =>
            Plan(topic, options.Value, environment, clients)
        ),
    ];

    /// <summary>Those of ours that the cluster's own answer does not name.</summary>
    public IReadOnlyList<string> MissingIn(Metadata metadata) =>
        [.. Plans.Select(p => p.Name).Except(metadata.Topics.Select(t => t.Topic))];

    /// <summary>
    /// Makes what is missing, as far as Kafka lets us: where it refuses, an administrator makes the
    /// topics, and what is there works meanwhile.
    /// </summary>
    public async Task<TopicFacts> ProvisionAsync(IAdminClient admin, Metadata metadata)
    {
        var existing = metadata.Topics.ToDictionary(t => t.Topic, StringComparer.Ordinal);
        var missing = Plans.Where(p => !existing.ContainsKey(p.Name)).ToArray();
        var (made, refused, isUnheardOf) = await CreateAsync(admin, missing);

        var present = Plans.Where(p => existing.ContainsKey(p.Name)).ToArray();
        var (settings, unread) = await SettingsAsync(admin, present);
        var differences = present.SelectMany(p =>
            Differences(p, existing[p.Name], settings.GetValueOrDefault(p.Name, NoSettings))
        );
        return new TopicFacts(
            [.. refused, .. unread, .. differences],
            AreAllThere: refused.Count == 0,
            AreSettled: refused.Count == 0 && unread.Count == 0 && !isUnheardOf,
            Made: made
        );
    }

    private static IEnumerable<TopicPlan> Plan(
        string topic,
        KafkaOptions options,
        IHostEnvironment environment,
        KafkaClients clients
    )
    {
        var (replication, minInSync) =
            environment.IsProduction() ? (3, 2)
            : environment.IsStaging() ? (2, 1)
            : (1, 1);
        var copies = options.Replication ?? (short)replication;
        var partitions = options.Partitions.GetValueOrDefault(topic, Topics.Partitions[topic]);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["retention.ms"] = Milliseconds(Topics.Retention),
            ["retention.bytes"] = Text(Topics.RetentionBytes),
            ["min.insync.replicas"] = Text(Math.Min(options.MinInSync ?? minInSync, copies)),
        };
        yield return new TopicPlan(clients.Prefixed(topic), partitions, copies, settings);

        var deadLetters = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["retention.ms"] = Milliseconds(Topics.DeadLetterRetention),
            ["max.message.bytes"] = Text(Topics.DeadLetterMaxBytes),
        };
        var name = clients.Prefixed(Topics.DeadLetters(topic));
        yield return new TopicPlan(name, partitions, copies, deadLetters);
    }

    internal static IEnumerable<string> Differences(
        TopicPlan plan,
        TopicMetadata topic,
        IReadOnlyDictionary<string, string> settings
    )
    {
        if (topic.Partitions.Count != plan.Partitions)
            yield return Sentence("partitions", topic.Partitions.Count, plan.Partitions);

        var copies = topic.Partitions.Select(p => p.Replicas.Length).DefaultIfEmpty(0).Min();
        if (copies != plan.Replication)
            yield return Sentence("replicas", copies, plan.Replication);

        foreach (var (name, wanted) in plan.Settings)
        {
            if (settings.GetValueOrDefault(name) is { } actual && actual != wanted)
                yield return Sentence(name, actual, wanted);
        }

        if (
            Number(settings, "max.message.bytes") < EventTopicMinMessageBytes
            && !plan.Settings.ContainsKey("max.message.bytes")
        )
        {
            yield return $"{plan.Name} takes messages of {settings["max.message.bytes"]} bytes at "
                + $"most, not {EventTopicMinMessageBytes}: the relay may stand still";
        }

        if (KeepsLongerThanTheInbox(settings))
        {
            yield return $"{plan.Name} keeps records longer than the inbox keeps their ids "
                + $"({InboxPartitions.Keep.TotalDays} days): read from its start, it would be "
                + "applied twice";
        }

        string Sentence(string what, object actual, object wanted) =>
            $"{plan.Name} has {what} {actual}, not {wanted}";
    }

    private static bool KeepsLongerThanTheInbox(IReadOnlyDictionary<string, string> settings) =>
        Number(settings, "retention.ms") is { } retention
        && (retention < 0 || retention > InboxPartitions.Keep.TotalMilliseconds);

    private static long? Number(IReadOnlyDictionary<string, string> settings, string name) =>
        long.TryParse(
            settings.GetValueOrDefault(name),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;

    /// <returns>
    /// What was made; why some could not be made, a sentence each; and whether some are there
    /// though the broker that was asked has not heard of them, so that they are still to be
    /// compared.
    /// </returns>
    private static async Task<(
        IReadOnlyList<string> Made,
        IReadOnlyList<string> Refused,
        bool IsUnheardOf
    )> CreateAsync(IAdminClient admin, IReadOnlyList<TopicPlan> missing)
    {
        if (missing.Count == 0)
            return ([], [], false);

        var specifications = missing.Select(plan => new TopicSpecification
        {
            Name = plan.Name,
            NumPartitions = plan.Partitions,
            ReplicationFactor = plan.Replication,
            Configs = new Dictionary<string, string>(plan.Settings, StringComparer.Ordinal),
        });
        try
        {
            await admin.CreateTopicsAsync(
                specifications,
                new CreateTopicsOptions { OperationTimeout = Limit, RequestTimeout = Limit }
            );
            return ([.. missing.Select(p => p.Name)], [], false);
        }
        catch (CreateTopicsException e)
        {
            var made = e.Results.Where(r => !r.Error.IsError).Select(r => r.Topic);
            var others = e.Results.Where(r => r.Error.Code == ErrorCode.TopicAlreadyExists);
            var refused = e.Results.Where(r => r.Error.IsError).Except(others);
            return ([.. made], [.. refused.Select(r => NotMade(r.Topic, r.Error))], others.Any());
        }
        catch (KafkaException e)
        {
            return ([], [.. missing.Select(p => NotMade(p.Name, e.Error))], false);
        }

        static string NotMade(string topic, Error error) =>
            $"{topic} is missing and cannot be made: {error.Reason}";
    }

    /// <returns>By topic, and why some could not be read, a sentence each.</returns>
    private static async Task<(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Settings,
        IReadOnlyList<string> Unread
    )> SettingsAsync(IAdminClient admin, IReadOnlyList<TopicPlan> topics)
    {
        if (topics.Count == 0)
            return (new Dictionary<string, IReadOnlyDictionary<string, string>>(), []);

        try
        {
            var described = await admin.DescribeConfigsAsync(
                topics.Select(t => new ConfigResource { Type = ResourceType.Topic, Name = t.Name }),
                new DescribeConfigsOptions { RequestTimeout = Limit }
            );
            return (described.ToDictionary(d => d.ConfigResource.Name, Values), []);
        }
        catch (DescribeConfigsException e)
        {
            var read = e.Results.Where(r => !r.Error.IsError);
            var unread = e.Results.Where(r => r.Error.IsError);
            return (
                read.ToDictionary(r => r.ConfigResource.Name, Values),
                [.. unread.Select(r => NotRead(r.ConfigResource.Name, r.Error))]
            );
        }
        catch (KafkaException e)
        {
            return (
                new Dictionary<string, IReadOnlyDictionary<string, string>>(),
                [.. topics.Select(t => NotRead(t.Name, e.Error))]
            );
        }

        static string NotRead(string topic, Error error) =>
            $"{topic} does not tell its settings: {error.Reason}";
    }

    private static IReadOnlyDictionary<string, string> Values(DescribeConfigsResult described) =>
        described.Entries.ToDictionary(e => e.Key, e => e.Value.Value, StringComparer.Ordinal);

    private static IReadOnlyDictionary<string, string> Values(DescribeConfigsReport described) =>
        described.Entries.ToDictionary(e => e.Key, e => e.Value.Value, StringComparer.Ordinal);

    private static string Milliseconds(TimeSpan time) => Text((long)time.TotalMilliseconds);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
