using ConcertReservation.ContractDocs;
using ConcertReservation.Messaging;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Unit.Messaging;

internal sealed class KafkaTopicsTests
{
    [TestCase("Development", 1, "1")]
    [TestCase("Staging", 2, "1")]
    [TestCase("Production", 3, "2")]
    public void replication_follows_the_environment(string environment, int copies, string inSync)
    {
        var plans = Plans(new KafkaOptions(), environment);

        plans.ShouldAllBe(p => p.Replication == copies);
        plans.ShouldAllBe(p => p.Settings["min.insync.replicas"] == inSync);
    }

    [Test]
    public void topics_are_planned_as_the_event_contract_has_them()
    {
        var plans = Plans(new KafkaOptions { Prefix = "my-" }).ToDictionary(p => p.Name);

        plans.Count.ShouldBe(8);
        plans["my-reservation-events"].Partitions.ShouldBe(6);
        plans["my-user-events"].Partitions.ShouldBe(3);
        plans["my-payment-events"].Settings["retention.ms"].ShouldBe("604800000");
        plans["my-payment-events"].Settings["retention.bytes"].ShouldBe("1073741824");
        plans["my-user-events-dlt"].Partitions.ShouldBe(3);
        plans["my-user-events-dlt"].Settings["retention.ms"].ShouldBe("1209600000");
        plans["my-user-events-dlt"].Settings["max.message.bytes"].ShouldBe("2097152");
    }

    [Test]
    public void the_published_contract_tells_how_topics_are_in_production()
    {
        var channels = Contract.Document()["channels"]!.AsObject();
        var plans = Plans(new KafkaOptions(), "Production");

        channels.Select(c => c.Key).ShouldBe(plans.Select(p => p.Name), ignoreOrder: true);
        foreach (var plan in plans)
        {
            var kafka = channels[plan.Name]!["bindings"]!["kafka"]!;
            kafka["partitions"]!.GetValue<int>().ShouldBe(plan.Partitions);
            kafka["replicas"]!.GetValue<int>().ShouldBe(plan.Replication);
            kafka["topicConfiguration"]!
                .AsObject()
                .ToDictionary(s => s.Key, s => s.Value!.ToJsonString())
                .ShouldBe(plan.Settings, ignoreOrder: true);
        }
    }

    [Test]
    public void settings_override_what_the_environment_says()
    {
        var options = new KafkaOptions
        {
            Replication = 3,
            MinInSync = 2,
            Partitions = new Dictionary<string, int> { ["user-events"] = 12 },
        };

        var users = Plans(options, "Development").Single(p => p.Name == "user-events");

        users.Partitions.ShouldBe(12);
        users.Replication.ShouldBe((short)3);
        users.Settings["min.insync.replicas"].ShouldBe("2");
    }

    [Test]
    public void each_difference_of_an_existing_topic_is_a_sentence()
    {
        var plan = Plans(new KafkaOptions()).Single(p => p.Name == "user-events");
        var partition = new PartitionMetadata(
            0,
            1,
            [1, 2, 3],
            [1, 2, 3],
            new Error(ErrorCode.NoError)
        );
        var topic = new TopicMetadata(plan.Name, [partition], new Error(ErrorCode.NoError));
        var settings = new Dictionary<string, string>(plan.Settings) { ["retention.ms"] = "60000" };

        KafkaTopics
            .Differences(plan, topic, settings)
            .ShouldBe([
                "user-events has partitions 1, not 3",
                "user-events has replicas 3, not 1",
                "user-events has retention.ms 60000, not 604800000",
            ]);
    }

    [TestCase("2592000001", true)]
    [TestCase("-1", true)]
    [TestCase("2592000000", false)]
    public void records_that_outlive_their_ids_in_the_inbox_are_told(string retention, bool told)
    {
        var plan = Plans(new KafkaOptions()).Single(p => p.Name == "user-events");
        var topic = new TopicMetadata(plan.Name, [], new Error(ErrorCode.NoError));
        var settings = new Dictionary<string, string> { ["retention.ms"] = retention };

        KafkaTopics
            .Differences(plan, topic, settings)
            .Any(d => d.Contains("applied twice", StringComparison.Ordinal))
            .ShouldBe(told);
    }

    [TestCase("user-events", "999999", true)]
    [TestCase("user-events", "1000000", false)]
    [TestCase("user-events", "1048588", false)]
    [TestCase("user-events-dlt", "2097152", false)]
    public void a_topic_that_refuses_what_the_relay_sends_is_told(
        string name,
        string maxMessageBytes,
        bool told
    )
    {
        var plan = Plans(new KafkaOptions()).Single(p => p.Name == name);
        var topic = new TopicMetadata(plan.Name, [], new Error(ErrorCode.NoError));
        var settings = new Dictionary<string, string> { ["max.message.bytes"] = maxMessageBytes };

        KafkaTopics
            .Differences(plan, topic, settings)
            .Any(d => d.Contains("the relay may stand still", StringComparison.Ordinal))
            .ShouldBe(told);
    }

    private static IReadOnlyList<TopicPlan> Plans(
        KafkaOptions options,
        string environment = "Development"
    )
    {
        var wrapped = Options.Create(options);
        var clients = new KafkaClients(wrapped, NullLogger<KafkaLog>.Instance);
        return new KafkaTopics(
            wrapped,
            new HostingEnvironment { EnvironmentName = environment },
            clients
        ).Plans;
    }
}
