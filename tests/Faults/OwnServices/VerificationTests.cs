using ConcertReservation.Contracts;
using ConcertReservation.LocalServices;
using ConcertReservation.Verification.Loading;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>
/// What the verifier reads of a Kafka whose topics are not as the contract has them.
/// </summary>
internal sealed class VerificationTests
{
    private const string Prefix = "other-";

    [Test]
    public void it_reads_all_partitions_of_topics_that_have_more_or_fewer_than_the_contract()
    {
        using var kafka = EmbeddedKafka.Start();
        kafka.CreateTopic(Prefix + Topics.Users, partitions: 1);
        kafka.CreateTopic(Prefix + Topics.Payments, partitions: 6);
        kafka.CreateTopic(Prefix + Topics.Reservations, partitions: 12);
        kafka.CreateTopic(Prefix + Topics.Concerts, partitions: 2);
        Log.Write(kafka.BootstrapServers, Prefix + Topics.Reservations, count: 200);

        var contents = new KafkaLog(kafka.BootstrapServers, Prefix).Read();

        contents
            .Partitions.CountBy(p => p.Topic)
            .ToDictionary()
            .ShouldBe(
                new Dictionary<string, int>
                {
                    [Topics.Users] = 1,
                    [Topics.Payments] = 6,
                    [Topics.Reservations] = 12,
                    [Topics.Concerts] = 2,
                },
                ignoreOrder: true
            );
        contents.Unreadable.Count.ShouldBe(200, "numbers are no events");
        contents.Unreadable.Select(r => r.Partition).Distinct().Count().ShouldBe(12);
    }

    [Test]
    public void a_topic_that_kafka_lacks_is_named()
    {
        using var kafka = EmbeddedKafka.Start();

        Should
            .Throw<KafkaException>(() => new KafkaLog(kafka.BootstrapServers, "none-").Read())
            .Message.ShouldContain("none-");
    }
}
