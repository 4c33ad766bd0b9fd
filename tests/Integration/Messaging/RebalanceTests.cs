using System.Collections.Concurrent;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Hosts join, leave and share a group: each event keeps its one effect.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class RebalanceTests
{
    [Test]
    [Category("Long")]
    public async Task two_hosts_share_a_group_and_no_effect_is_double()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync();
        await system.PaidAsync(1..200);
        await system.AppliedAsync(200);

        // Events keep coming while the partitions change hands.
        var producing = system.PaidAsync(201..3000);
        var second = await system.StartHostAsync();
        await producing;
        await system.AppliedAsync(3000);
        await Eventually.Until(
            "both have partitions",
            () => first.Partitions.Count > 0 && second.Partitions.Count > 0
        );
        await system.PaidAsync(3001..3200);
        await system.AppliedAsync(3200);

        await system.EffectsShouldBeAsync(1..3200);
        first.Partitions.Intersect(second.Partitions).ShouldBeEmpty();
        first
            .Partitions.Union(second.Partitions)
            .Count()
            .ShouldBe(Topics.Partitions[Topics.Payments]);
    }

    [Test]
    [Category("Long")]
    public async Task partitions_that_stay_are_not_given_up_while_others_move()
    {
        var all = Topics.Partitions[Topics.Payments];
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync();
        await Eventually.Until("it has all", () => first.Partitions.Count == all);

        var second = await system.StartHostAsync();
        await Eventually.Until(
            "each has its part",
            () => second.Partitions.Count > 0 && first.Partitions.Count < all,
            TimeSpan.FromSeconds(60)
        );

        // An eager member would give up all that it has, and get some of it again.
        var givenUp = first
            .Said.Where(l =>
                l.StartsWith($"{ConsumingHost.Group} gave up ", StringComparison.Ordinal)
            )
            .Select(l => l.Count(c => c == '/'));
        givenUp.First().ShouldBeInRange(1, all - 1);
    }

    [Test]
    [Category("Long")]
    public async Task the_partitions_of_a_host_that_left_go_to_the_other()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync();
        var second = await system.StartHostAsync();
        await Eventually.Until(
            "both have partitions",
            () => first.Partitions.Count > 0 && second.Partitions.Count > 0
        );
        var consumedBySecond = new ConcurrentBag<long>();
        second.Script.OnPayment = (id, _) =>
        {
            consumedBySecond.Add(id);
            return Task.CompletedTask;
        };

        var producing = system.PaidAsync(1..1000);
        await first.StopAsync();
        await producing;

        await system.AppliedAsync(1000);
        await system.EffectsShouldBeAsync(1..1000);
        second.Partitions.Count.ShouldBe(Topics.Partitions[Topics.Payments]);
        consumedBySecond.ShouldNotBeEmpty();
    }

    [Test]
    public async Task a_host_that_stops_says_so_and_the_other_does_not_outwait_its_session()
    {
        (string, string) halfAnHour = ("Kafka:Consuming:SessionTimeoutMilliseconds", "1800000");
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync(halfAnHour);
        var second = await system.StartHostAsync(halfAnHour);
        await Eventually.Until(
            "both have partitions",
            () => first.Partitions.Count > 0 && second.Partitions.Count > 0,
            TimeSpan.FromSeconds(60)
        );

        await first.StopAsync();

        await Eventually.Until(
            "the second host has all partitions",
            () => second.Partitions.Count == Topics.Partitions[Topics.Payments],
            TimeSpan.FromSeconds(60)
        );
    }

    [Test]
    public async Task a_failure_while_partitions_come_ends_the_session_and_not_the_process()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var kafka = new KafkaOptions
        {
            BootstrapServers = system.Kafka.BootstrapServers,
            Prefix = system.Kafka.Prefix,
        };
        var clients = new KafkaClients(Options.Create(kafka), NullLogger<KafkaLog>.Instance);
        var setup = new SessionSetup(
            ConsumingHost.Group,
            GroupId: 1,
            "an incarnation",
            system.Kafka.Embedded is not null,
            ResetNumber: 0,
            [Topics.Payments]
        );
        using var consumer = new SessionConsumer(
            setup,
            new ConsumingOptions(),
            clients,
            new FailsToBegin(),
            NullLogger.Instance
        );

        await Eventually.Until(
            "the session fails",
            () =>
            {
                try
                {
                    consumer.Poll(CancellationToken.None);
                    return false;
                }
                catch (ArithmeticException)
                {
                    return true;
                }
            }
        );
    }

    private sealed class FailsToBegin : IPartitionOwner
    {
        public IEnumerable<TopicPartitionOffset> Assigned(List<TopicPartition> partitions) =>
            throw new ArithmeticException("No positions.");

        public void Revoked(List<TopicPartition> partitions) { }

        public void Lost(List<TopicPartition> partitions) { }
    }
}
