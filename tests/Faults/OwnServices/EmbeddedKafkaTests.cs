using ConcertReservation.Contracts;
using ConcertReservation.LocalServices;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>The embedded Kafka as an ordinary client sees it.</summary>
internal sealed class EmbeddedKafkaTests
{
    [Test]
    public void a_group_reads_what_an_idempotent_producer_wrote()
    {
        using var kafka = EmbeddedKafka.Start();

        Log.Write(kafka.BootstrapServers, Topics.Reservations, count: 1_000);

        Log.Read(kafka.BootstrapServers, Topics.Reservations, count: 1_000)
            .ShouldBe(Log.Values(1_000), ignoreOrder: true);
    }

    [Test]
    public void it_has_every_topic_and_dead_letter_topic_with_its_partitions()
    {
        using var kafka = EmbeddedKafka.Start("a-", "b-");

        var found = Log.TopicsOf(kafka.BootstrapServers);

        foreach (var prefix in new[] { "a-", "b-" })
        {
            foreach (var (topic, partitions) in Topics.Partitions)
            {
                found[prefix + topic].ShouldBe(partitions);
                found[prefix + Topics.DeadLetters(topic)].ShouldBe(partitions);
            }
        }
    }

    [Test]
    public void each_start_is_another_kafka_and_says_so_by_a_topic()
    {
        using var first = EmbeddedKafka.Start();
        using var second = EmbeddedKafka.Start();

        second.Incarnation.ShouldNotBe(first.Incarnation);
        Log.TopicsOf(second.BootstrapServers)
            .Keys.Where(t =>
                t.StartsWith(EmbeddedKafka.IncarnationPrefix, StringComparison.Ordinal)
            )
            .ShouldBe([second.Incarnation]);
    }

    [Test]
    [Category("Long")]
    public void brokers_that_were_away_come_back_with_what_they_held()
    {
        using var kafka = EmbeddedKafka.Start();
        Log.Write(kafka.BootstrapServers, Topics.Users, count: 10);

        kafka.TakeDown();
        Should.Throw<KafkaException>(() => Log.TopicsOf(kafka.BootstrapServers));
        kafka.BringUp();

        Log.Read(kafka.BootstrapServers, Topics.Users, count: 10)
            .ShouldBe(Log.Values(10), ignoreOrder: true);
    }
}
