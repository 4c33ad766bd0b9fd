using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Somebody deletes a topic, a host makes it again, and offsets begin at 0.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RecreatedTopicTests
{
    private const int FirstPartition = 0;

    [Test]
    [Category("Long")]
    public async Task poison_in_a_topic_that_was_made_again_is_another_letter()
    {
        await using var system = await ConsumingSystem.StartAsync();
        if (system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded Kafka makes its topics itself.");
        var first = await StartHostAsync();
        var before = await PoisonAsync(system, paymentId: 1);
        await system.SettledAsync(Topics.Payments, records: 2);
        await first.StopAsync();

        await system.DeleteTopicAsync(Topics.Payments);
        var second = await StartHostAsync();
        await Eventually.Until(
            "the group reads the new topic from its start",
            async () => second.Partitions.Count > 0 && await PositionsAsync() == 0
        );
        var after = await PoisonAsync(system, paymentId: 2);
        await system.SettledAsync(Topics.Payments, records: 2);

        byte[][] all = [.. before, .. after];
        (
            await system.ListAsync<byte[]>(
                "SELECT body FROM messaging.dead_letters ORDER BY dead_letter_id"
            )
        ).ShouldBe(all);
        system.DeadLettersOf(Topics.Payments).Select(l => l.Message.Value).ShouldBe(all);

        async Task<ConsumingHost> StartHostAsync()
        {
            var host = await system.StartHostAsync();
            host.Script.OnPayment = (_, _) => throw new ArithmeticException("No.");
            return host;
        }

        async Task<long> PositionsAsync() =>
            (
                await system.ListAsync<long>(
                    $"""
                    SELECT count(*) FROM messaging.consumer_positions
                    WHERE topic = '{Topics.Payments}'
                    """
                )
            )[0];
    }

    /// <summary>By an administrator, or a host that died before it could say so.</summary>
    [TestCase(true)]
    [TestCase(false, Description = "No group had read any of it.")]
    [Category("Long")]
    public async Task a_topic_made_again_while_no_host_ran_gets_its_events_again(bool isRead)
    {
        await using var system = await MessagingSystem.StartAsync();
        if (system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded Kafka makes its topics itself.");
        var host = await system.StartHostAsync();
        var read = await SentAsync(system);
        if (isRead)
            await HasReadAsync(system, read.Partition.Value, next: read.Offset.Value + 1);
        await host.StopAsync();

        await system.Kafka.MakeAgainAsync(Topics.Users);
        await system.StartHostAsync();

        await Eventually.Becomes(
            "both are in the new topic",
            system.ReadKafka,
            r => r.Count == 2,
            TimeSpan.FromSeconds(60)
        );
        (await PositionsAsync(system)).ShouldBe(0);
    }

    /// <summary>As a log that is made again, or lost its end, looks to who had read it.</summary>
    [Test]
    [Category("Long")]
    public async Task a_group_that_has_read_more_than_there_is_begins_anew_and_all_is_sent_again()
    {
        await using var system = await MessagingSystem.StartAsync();
        var host = await system.StartHostAsync();
        var read = await SentAsync(system);
        await host.StopAsync();
        await HasReadAsync(system, read.Partition.Value, next: 1000);

        await system.StartHostAsync();

        await Eventually.Until(
            "its position is forgotten",
            async () => await PositionsAsync(system) == 0
        );
        await Eventually.Becomes("both are sent again", system.ReadKafka, r => r.Count == 4);
    }

    /// <summary>
    /// It may have records of the deleted topic in hand: their places would be its own again.
    /// </summary>
    [Test]
    public async Task a_group_that_runs_begins_anew_when_its_position_is_forgotten()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        await system.PaidAsync(1..100);
        await system.SettledAsync(Topics.Payments, records: 100);

        await system.ExecuteAsync("DELETE FROM messaging.consumer_positions");
        await system.PaidAsync(101..200);
        await system.SettledAsync(Topics.Payments, records: 200);

        await system.EffectsShouldBeAsync(1..200);
        await Eventually.Until("the inbox met the others again", () => host.Duplicates >= 100);
    }

    /// <summary>Two events, of which the relay knows that they are in Kafka.</summary>
    private static async Task<ConsumeResult<byte[], byte[]>> SentAsync(MessagingSystem system)
    {
        await system.PublishAsync(SomeEvents.SignUp(1), SomeEvents.SignUp(2));
        var sent = await Eventually.Becomes(
            "both are in Kafka",
            system.ReadKafka,
            r => r.Count == 2
        );
        await system.RelayedIncarnationAsync();
        return sent[0];
    }

    private static Task HasReadAsync(MessagingSystem system, int partition, long next) =>
        system.ExecuteAsync(
            $"""
            INSERT INTO messaging.consumer_positions
            SELECT 'reads-one', incarnation, '{Topics.Users}', {partition}, {next}
            FROM messaging.relay_position
            """
        );

    private static Task<long> PositionsAsync(MessagingSystem system) =>
        system.ScalarAsync<long>("SELECT count(*) FROM messaging.consumer_positions");

    /// <summary>What is no event, and then an event that nobody can apply.</summary>
    /// <returns>Their bodies; their offsets are 0 and 1.</returns>
    private static async Task<byte[][]> PoisonAsync(ConsumingSystem system, long paymentId)
    {
        var paid = Given.Paid(paymentId);
        byte[][] bodies =
        [
            Encoding.UTF8.GetBytes($"no event {paymentId}"),
            EventCatalogue.Serialize(paid),
        ];
        byte[]?[] keys = [null, Encoding.UTF8.GetBytes(paid.Key)];
        foreach (var (key, body, offset) in keys.Zip(bodies, [0L, 1L]))
        {
            var sent = await system.ProduceAsync(Topics.Payments, FirstPartition, key, body);
            sent.Offset.Value.ShouldBe(offset);
        }

        return bodies;
    }
}
