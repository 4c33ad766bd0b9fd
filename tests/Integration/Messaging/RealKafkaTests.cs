using System.Globalization;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>What only real brokers do: topics made at start, and existing ones checked.</summary>
[Parallelizable]
internal sealed class RealKafkaTests
{
    private readonly string _servers =
        Environment.GetEnvironmentVariable("Kafka__BootstrapServers") ?? "";

    private readonly string _prefix = $"relay-{Guid.NewGuid():N}-";
    private MessagingSystem? _system;
    private IAdminClient _admin = null!;

    [SetUp]
    public async Task Start()
    {
        Librdkafka.EnsureResolved();
        _admin = new AdminClientBuilder(
            new AdminClientConfig { BootstrapServers = _servers }
        ).Build();
        var metadata = _admin.GetMetadata(TimeSpan.FromSeconds(10));
        if (KafkaIncarnation.Marker(metadata) is not null)
            Assert.Ignore("The embedded Kafka makes its topics itself.");
        _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);
    }

    [TearDown]
    public async Task Stop()
    {
        try
        {
            await RemoveAsync();
        }
        finally
        {
            _admin.Dispose();
        }
    }

    private async Task RemoveAsync()
    {
        if (_system is null)
            return;

        await _system.DisposeAsync();
        _system = null;
        var ours = _admin
            .GetMetadata(TimeSpan.FromSeconds(10))
            .Topics.Select(t => t.Topic)
            .Where(t => t.StartsWith(_prefix, StringComparison.Ordinal))
            .ToArray();
        if (ours.Length > 0)
            await DeleteAsync(ours);
    }

    [Test]
    public async Task missing_topics_are_made_and_events_arrive_in_order()
    {
        for (var version = 1; version <= 200; version++)
            await _system!.PublishAsync(SomeEvents.SignUp(version % 7, version));
        await StartHostAsync();

        var records = await Eventually.Becomes(
            "all events are in Kafka",
            ReadKafka,
            r => r.Count >= 200
        );

        records.Count.ShouldBe(200);
        foreach (var key in records.GroupBy(r => r.Key()))
            key.Select(r => r.Version()).ShouldBeInOrder();
        var settings = await SettingsAsync(_prefix + Topics.DeadLetters(Topics.Users));
        settings["retention.ms"].ShouldBe("1209600000");
        settings["max.message.bytes"].ShouldBe("2097152");
        settings["retention.bytes"].ShouldBe("1073741824");
        var topic = _admin.GetMetadata(_prefix + Topics.Users, TimeSpan.FromSeconds(10)).Topics[0];
        topic.Partitions.Count.ShouldBe(3);
    }

    [Test]
    [Category("Long")]
    public async Task a_topic_that_differs_is_reported_and_left_as_it_is()
    {
        var name = _prefix + Topics.Users;
        await _admin.CreateTopicsAsync([
            new TopicSpecification
            {
                Name = name,
                NumPartitions = 5,
                ReplicationFactor = 1,
                Configs = new Dictionary<string, string> { ["retention.ms"] = "60000" },
            },
        ]);

        var host = await StartHostAsync();
        await host
            .Services.GetRequiredService<KafkaCluster>()
            .ReachableAsync(CancellationToken.None);

        var health = await Eventually.Becomes(
            "the broker that is asked has heard of it",
            () => KafkaHealthAsync(host),
            h => h.Description!.Contains(name, StringComparison.Ordinal)
        );
        health.Description!.ShouldContain($"{name} has partitions 5, not 3");
        health.Description!.ShouldContain($"{name} has retention.ms 60000, not 604800000");
        health.Status.ShouldBe(HealthStatus.Healthy);
        (await SettingsAsync(name))["retention.ms"].ShouldBe("60000");
    }

    [Test]
    public async Task topics_that_brokers_refuse_are_reported_and_looked_for_until_they_are_there()
    {
        // More copies than there are brokers, as in a production of one.
        var host = await StartHostAsync(replication: 9);
        await host
            .Services.GetRequiredService<KafkaCluster>()
            .ReachableAsync(CancellationToken.None);

        var refused = await KafkaHealthAsync(host);
        refused.Status.ShouldBe(HealthStatus.Degraded);
        refused.Description!.ShouldContain($"{_prefix}user-events is missing and cannot be made");

        await _admin.CreateTopicsAsync(
            host.Services.GetRequiredService<KafkaTopics>()
                .Plans.Select(p => new TopicSpecification
                {
                    Name = p.Name,
                    NumPartitions = p.Partitions,
                    ReplicationFactor = 1,
                })
        );
        await _system!.PublishAsync(SomeEvents.SignUp(1));

        await Eventually.Becomes("the event is in Kafka", ReadKafka, r => r.Count >= 1);
        await Eventually.Becomes(
            "the topics are missed no longer",
            () => KafkaHealthAsync(host),
            h => h.Status == HealthStatus.Healthy
        );
    }

    [TestCase(true)]
    [TestCase(false, Description = "No group had read any of it.")]
    [Category("Long")]
    public async Task a_topic_deleted_while_hosts_run_is_made_again_and_gets_its_events_again(
        bool isRead
    )
    {
        var host = await StartHostAsync();
        var kafka = host.Services.GetRequiredService<KafkaCluster>();
        var facts = await kafka.ReachableAsync(CancellationToken.None);
        await _system!.PublishAsync(SomeEvents.SignUp(1), SomeEvents.SignUp(2));
        var sent = await Eventually.Becomes("both are in Kafka", ReadKafka, r => r.Count == 2);
        await _system.RelayedIncarnationAsync();
        if (isRead)
        {
            await _system.ExecuteAsync(
                $"""
                INSERT INTO messaging.consumer_positions VALUES ('reads-one',
                    '{facts.Incarnation}', '{Topics.Users}', {sent[0].Partition.Value}, 1)
                """
            );
        }

        await _admin.DeleteTopicsAsync([_prefix + Topics.Users]);

        await Eventually.Becomes(
            "both are in the new topic",
            ReadKafka,
            r => r.Count == 2,
            TimeSpan.FromSeconds(60)
        );
        (
            await _system.ScalarAsync<long>("SELECT count(*) FROM messaging.consumer_positions")
        ).ShouldBe(0);
    }

    private static async Task<HealthReportEntry> KafkaHealthAsync(IHost host) =>
        (
            await host
                .Services.GetRequiredService<HealthCheckService>()
                .CheckHealthAsync(c => c.Name == "kafka")
        ).Entries["kafka"];

    private Task<IHost> StartHostAsync(int replication = 1) =>
        _system!.StartHostAsync(
            null,
            ("Kafka:BootstrapServers", _servers),
            ("Kafka:Prefix", _prefix),
            ("Kafka:Replication", $"{replication}"),
            ("Kafka:MinInSync", "1")
        );

    /// <summary>One broker may not have heard yet of what another one has just made.</summary>
    private async Task DeleteAsync(IEnumerable<string> topics)
    {
        try
        {
            await _admin.DeleteTopicsAsync(topics);
        }
        catch (DeleteTopicsException e)
            when (e.Results.TrueForAll(r => !r.Error.IsError || IsUnheardOf(r.Error)))
        {
            // It is an empty topic of this test alone.
        }
    }

    private IReadOnlyList<ConsumeResult<byte[], byte[]>> ReadKafka()
    {
        var topics = _admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics;
        if (!topics.Exists(t => t.Topic == _prefix + Topics.Users))
            return [];

        try
        {
            return KafkaContent.Read(_servers, _prefix);
        }
        catch (ConsumeException e) when (IsUnheardOf(e.Error))
        {
            return [];
        }
    }

    private static bool IsUnheardOf(Error error) => error.Code is ErrorCode.UnknownTopicOrPart;

    private async Task<Dictionary<string, string>> SettingsAsync(string topic)
    {
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        var described = await Eventually.Value(
            "the broker that is asked has heard of the topic",
            async () =>
            {
                try
                {
                    return await _admin.DescribeConfigsAsync([resource]);
                }
                catch (DescribeConfigsException)
                {
                    return null;
                }
            }
        );
        return described
            .Single()
            .Entries.ToDictionary(
                e => e.Key,
                e => Convert.ToString(e.Value.Value, CultureInfo.InvariantCulture)!,
                StringComparer.Ordinal
            );
    }
}
