using ConcertReservation.Contracts;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>What Kafka deletes before a group has applied the first of a partition.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class GapTests
{
    [Test]
    [Category("Long")]
    public async Task what_is_deleted_while_a_group_stands_at_its_first_record_is_told()
    {
        await using var system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        var first = await system.StartHostAsync(("Kafka:Consuming:DrainMilliseconds", "200"));
        var begun = new TaskCompletionSource();
        first.Script.OnPayment = async (_, stop) =>
        {
            begun.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(stop);
        };
        var unread = await system.ProduceAsync(Given.Paid(1));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await first.StopAsync();

        await system.OverflowAsync(unread.Partition.Value);
        await system.ProduceAsync(Given.Paid(1, version: 2));
        var second = await system.StartHostAsync();
        await system.AppliedAsync(1);

        var lost = (
            await system.ListAsync<long>(
                $"""
                SELECT to_offset - from_offset FROM messaging.consumer_gaps
                WHERE from_offset = {unread.Offset.Value}
                """
            )
        ).ShouldHaveSingleItem();
        lost.ShouldBeGreaterThan(0);
        await Eventually.Until("it is counted", () => second.Lost == lost);
    }

    [Test]
    [Category("Long")]
    public async Task a_new_group_misses_nothing_that_was_deleted_before_it_came()
    {
        await using var system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        var deleted = await system.ProduceAsync(Given.Paid(1));
        await system.OverflowAsync(deleted.Partition.Value);
        await system.ProduceAsync(Given.Paid(1, version: 2));

        var host = await system.StartHostAsync();
        await system.AppliedAsync(1);

        (await system.ListAsync<long>("SELECT count(*) FROM messaging.consumer_gaps")).ShouldBe([
            0,
        ]);
        host.Lost.ShouldBe(0);
    }

    [Test]
    public async Task a_gap_at_the_place_of_a_closed_one_is_another()
    {
        await using var system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        await system.StartHostAsync();
        var partition = new GroupPartition("a-group", 1, "a-kafka", Topics.Payments, 0);
        await using var connection = await system.Database.OpenConnectionAsync();

        (await InsertAsync(to: 5)).ShouldBe([new OffsetGap(0, 5)]);
        (await InsertAsync(to: 5)).ShouldBeEmpty("it is known");
        await system.ExecuteAsync("SELECT messaging.relay_again()");
        (await InsertAsync(to: 7)).ShouldBe([new OffsetGap(0, 7)]);

        (
            await system.ListAsync<long>(
                "SELECT to_offset FROM messaging.consumer_gaps WHERE closed_at IS NULL"
            )
        ).ShouldBe([7]);

        Task<IReadOnlyList<OffsetGap>> InsertAsync(long to) =>
            GapTable.InsertAsync(connection, partition, [new OffsetGap(0, to)], default);
    }
}
