using ConcertReservation.Messaging;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>What <c>/health/ready</c> says of Kafka: it prints the description alone.</summary>
internal sealed class KafkaHealthTests
{
    [Test]
    public async Task a_kafka_that_is_away_degrades_the_host()
    {
        var health = await HealthOf(facts: null);

        health.Status.ShouldBe(HealthStatus.Degraded);
        health.Description!.ShouldStartWith("Kafka does not answer;");
    }

    [Test]
    public async Task topics_as_planned_need_no_word() =>
        (await HealthOf(Facts(TopicFacts.AsPlanned))).Description.ShouldBe("Kafka answers.");

    [Test]
    public async Task topics_that_differ_are_named()
    {
        var topics = new TopicFacts(
            ["user-events has partitions 5, not 3", "payment-events has replicas 1, not 3"],
            AreAllThere: true,
            AreSettled: true,
            Made: []
        );

        var health = await HealthOf(Facts(topics));

        health.Status.ShouldBe(HealthStatus.Healthy);
        health.Description.ShouldBe(
            "Kafka answers, but its topics are not as planned: "
                + "user-events has partitions 5, not 3; payment-events has replicas 1, not 3."
        );
    }

    [Test]
    public async Task topics_that_are_missing_degrade_the_host_and_are_named()
    {
        var topics = new TopicFacts(
            ["user-events is missing and cannot be made: Not authorised"],
            AreAllThere: false,
            AreSettled: false,
            Made: []
        );

        var health = await HealthOf(Facts(topics));

        health.Status.ShouldBe(HealthStatus.Degraded);
        health.Description!.ShouldEndWith(
            "user-events is missing and cannot be made: Not authorised."
        );
    }

    private static KafkaFacts Facts(TopicFacts topics) =>
        new("some-kafka", IsEmbedded: false, Brokers: 3, topics);

    private static Task<HealthCheckResult> HealthOf(KafkaFacts? facts)
    {
        var cluster = new KafkaCluster();
        if (facts is not null)
            cluster.Answered([], facts);
        var check = new KafkaHealth(cluster);
        return check.CheckHealthAsync(
            new HealthCheckContext
            {
                Registration = new HealthCheckRegistration(
                    "kafka",
                    check,
                    HealthStatus.Degraded,
                    tags: null
                ),
            }
        );
    }
}
