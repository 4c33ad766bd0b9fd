using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Whether a day is applied is judged by the Kafka that it is in.</summary>
[Parallelizable]
internal sealed class OutboxBarrierTests
{
    private static readonly ConsumerGroup Slow = new("slow-group", [typeof(ReadsSignUps)]);

    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    /// <summary>As between its coming and the watch's next question.</summary>
    [Test]
    public async Task the_ends_of_a_kafka_that_replaced_the_known_one_are_no_barrier()
    {
        var host = await _system.StartHostAsync();

        // Nothing is in the one that answers: nobody would be behind its ends.
        (await IsAppliedByAllAsync(host, "the-one-before")).ShouldBeFalse();

        (
            await _system.ScalarAsync<long>("SELECT count(*) FROM messaging.outbox_barriers")
        ).ShouldBe(0);
    }

    [Test]
    public async Task a_place_beyond_the_end_is_of_another_log_and_applies_nothing()
    {
        await _system.AddDayWithARowAsync(OutboxDays.Old);
        var relay = await _system.StartHostAsync();
        var kafka = await _system.RelayedIncarnationAsync();
        // Whoever relays would forget the place before it is judged.
        await relay.StopAsync();
        var host = await _system.StartHostAsync(null, ("Relay:Enabled", "false"));
        await _system.ExecuteAsync(
            $"""
            INSERT INTO messaging.consumer_positions
            SELECT '{Slow.Name}', '{kafka}', '{Topics.Users}', partition, 1000
            FROM generate_series(0, 2) AS partition
            """
        );

        (await IsAppliedByAllAsync(host, kafka)).ShouldBeFalse();

        await _system.ExecuteAsync("DELETE FROM messaging.consumer_positions");
        (await IsAppliedByAllAsync(host, kafka)).ShouldBeFalse("it has read nothing");
        var read = _system.ReadKafka().Single();
        await _system.ExecuteAsync(
            $"""
            INSERT INTO messaging.consumer_positions VALUES
                ('{Slow.Name}', '{kafka}', '{read.Topic}', {read.Partition.Value}, 1)
            """
        );
        (await IsAppliedByAllAsync(host, kafka)).ShouldBeTrue();
    }

    /// <summary>On real brokers, whose retention may leave nothing of a partition.</summary>
    [Test]
    [Category("Long")]
    public async Task a_log_of_which_nothing_is_left_holds_no_day_for_who_never_read_it()
    {
        await using var system = await MessagingSystem.StartAsync();
        if (system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded Kafka deletes nothing at once.");

        await system.AddDayWithARowAsync(OutboxDays.Old);
        var host = await system.StartHostAsync(null, ("Relay:MaxPollMilliseconds", "50"));
        var kafka = await system.RelayedIncarnationAsync();
        var sent = system.ReadKafka().Single();
        await system.Kafka.DeleteRecordsAsync(sent.TopicPartition, before: sent.Offset + 1);

        (await IsAppliedByAllAsync(system, host, kafka)).ShouldBeTrue();

        // Who had a place there has missed it, and that is told first.
        await system.ExecuteAsync(
            $"""
            DELETE FROM messaging.outbox_barriers;
            INSERT INTO messaging.consumer_positions VALUES
                ('{Slow.Name}', '{kafka}', '{Topics.Users}', {sent.Partition.Value}, 0)
            """
        );
        (await IsAppliedByAllAsync(system, host, kafka)).ShouldBeFalse();
    }

    private Task<bool> IsAppliedByAllAsync(IHost host, string incarnation) =>
        IsAppliedByAllAsync(_system, host, incarnation);

    private static async Task<bool> IsAppliedByAllAsync(
        MessagingSystem system,
        IHost host,
        string incarnation
    )
    {
        await using var connection = await system.Database.OpenConnectionAsync();
        var barriers = new OutboxBarriers(
            connection,
            host.Services.GetRequiredService<KafkaClients>(),
            host.Services.GetRequiredService<KafkaCluster>(),
            [Slow]
        );
        return await barriers.IsAppliedByAllAsync(
            OutboxDays.Old,
            incarnation,
            CancellationToken.None
        );
    }

    private sealed class ReadsSignUps : IConsumer<UserSignedUp>
    {
        public Task Consume(ConsumeContext<UserSignedUp> context) => Task.CompletedTask;
    }
}
