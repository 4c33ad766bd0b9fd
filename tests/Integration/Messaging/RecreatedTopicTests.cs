using System.Text;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Somebody deletes a topic, a host makes it again, and offsets begin at 0.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RecreatedTopicTests
{
    private const int Partition = 0;

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
            var sent = await system.ProduceAsync(Topics.Payments, Partition, key, body);
            sent.Offset.Value.ShouldBe(offset);
        }

        return bodies;
    }
}
