using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>What an operator sees of a group, by the names and tags of the design.</summary>
[Parallelizable]
internal sealed class ConsumingMetricsTests
{
    private const string Group = $"group={ConsumingHost.Group}";

    [Test]
    public async Task a_group_tells_how_far_behind_it_is_and_what_it_met()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        var go = new TaskCompletionSource();
        host.Script.OnPayment = (id, _) =>
            id == 1 ? throw new ArithmeticException("It does not add up.") : go.Task;

        await system.PaidAsync(2..101);
        await Eventually.Until("the group is behind", () => LagOf(host) > 0);
        host.Partitions.ShouldBe(
            Enumerable
                .Range(0, Topics.Partitions[Topics.Payments])
                .Select(p => $"{Group} topic={Topics.Payments} partition={p}"),
            ignoreOrder: true
        );
        go.SetResult();
        await system.AppliedAsync(100);
        await Eventually.Until("the group is not behind any more", () => LagOf(host) == 0);

        await system.ProduceAsync(
            Topics.Payments,
            0,
            "payment-7"u8.ToArray(),
            "{}"u8.ToArray(),
            ("ce_id", "0193a7c1-6f00-7a3b-8c4d-0123456789ab"u8.ToArray()),
            ("ce_type", "PAYMENT_OF_TOMORROW"u8.ToArray())
        );
        await system.PaidAsync(1..1);
        await system.SettledAsync(Topics.Payments, records: 102);

        // Counted right after the commit that moved the position.
        await SumBecomesAsync(host, $"kafka.consumer.applied {Group}", 100);
        await SumBecomesAsync(host, $"kafka.consumer.unknown {Group}", 1);
        await SumBecomesAsync(host, $"dead_letters {Group} topic={Topics.Payments}", 1);
        host.Metrics.Read("kafka.consumer.stopped").ShouldContainKeyAndValue(Group, 0);
    }

    private static Task SumBecomesAsync(ConsumingHost host, string counter, long sum) =>
        Eventually.Becomes($"{counter} is {sum}", () => host.Metrics.Sum(counter), s => s == sum);

    private static long LagOf(ConsumingHost host) =>
        host.Metrics.Read("kafka.consumer.unapplied").Values.Sum();
}
