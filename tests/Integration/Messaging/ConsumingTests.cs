using System.Collections.Concurrent;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Records become effects, once each and in order, whatever comes in between.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ConsumingTests
{
    [Test]
    public async Task every_event_has_its_effect_once()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.StartHostAsync();

        await system.PaidAsync(1..2000);

        await system.AppliedAsync(2000);
        await system.EffectsShouldBeAsync(1..2000);
    }

    [Test]
    public async Task events_of_a_key_keep_their_order()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.StartHostAsync();

        await system.ProduceAsync(
            Enumerable.Range(1, 300).Select(version => Given.Paid(7, version))
        );

        await system.AppliedAsync(300);
        var versions = await system.ListAsync<long>("SELECT version FROM effects ORDER BY seq");
        versions.ShouldBe(Enumerable.Range(1, 300).Select(v => (long)v));
    }

    [Test]
    [Category("Long")]
    public async Task a_batch_is_flushed_at_once()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await system.PaidAsync(1..1000);
        var host = await system.StartHostAsync();
        var flushes = new ConcurrentQueue<int>();
        host.Script.OnFlush = count =>
        {
            flushes.Enqueue(count);
            return Task.CompletedTask;
        };

        await system.AppliedAsync(1000);

        flushes.Sum().ShouldBeGreaterThan(0);
        flushes.Max().ShouldBeGreaterThan(50);
    }

    [Test]
    public async Task the_same_event_twice_has_one_effect()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var paid = Given.Paid(1);
        await system.ProduceAsync([paid, paid, Given.Paid(2)]);
        await system.ProduceAsync([paid, Given.Paid(3)]);

        await system.StartHostAsync();

        await system.AppliedAsync(3);
        await system.SettledAsync(Topics.Payments, records: 5);
        await system.EffectsShouldBeAsync(1..3);
    }

    [Test]
    [Category("Long")]
    public async Task offsets_rewound_to_0_apply_nothing_twice()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync();
        await system.PaidAsync(1..500);
        await system.AppliedAsync(500);
        await first.StopAsync();

        await system.RewindAsync(Topics.Payments);
        var second = await system.StartHostAsync();
        await Eventually.Until("the inbox met all again", () => second.Duplicates == 500);
        await system.PaidAsync(501..510);

        await system.AppliedAsync(510);
        await system.EffectsShouldBeAsync(1..510);
    }

    [Test]
    public async Task an_effect_whose_offset_was_lost_is_not_repeated()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync(
            ("Kafka:Consuming:CommitIntervalMilliseconds", "60000")
        );
        await system.PaidAsync(1..500);
        await system.AppliedAsync(500);
        await first.StopAsync();

        // As if it had been killed before any offset or position was written.
        await system.RewindAsync(Topics.Payments);
        await system.ExecuteAsync("DELETE FROM messaging.consumer_positions");
        var second = await system.StartHostAsync();
        await Eventually.Until("the inbox met all again", () => second.Duplicates == 500);

        await system.EffectsShouldBeAsync(1..500);
    }

    [Test]
    [Category("Long")]
    public async Task what_kafka_deleted_before_it_was_read_is_told()
    {
        await using var system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        var first = await system.StartHostAsync();
        var read = await system.ProduceAsync(Given.Paid(1));
        await system.AppliedAsync(1);
        await first.StopAsync();

        await system.OverflowAsync(read.Partition.Value);
        await system.ProduceAsync(Given.Paid(1, version: 2));
        var second = await system.StartHostAsync();
        await system.AppliedAsync(2);

        var lost = (
            await system.ListAsync<long>(
                $"""
                SELECT to_offset - from_offset FROM messaging.consumer_gaps
                WHERE from_offset = {read.Offset.Value + 1}
                """
            )
        ).ShouldHaveSingleItem();
        lost.ShouldBeGreaterThan(0);
        second.Lost.ShouldBe(lost);
    }

    [Test]
    [Category("Long")]
    public async Task a_restored_database_gets_the_events_that_it_lacks()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await system.StartHostAsync();
        await system.PaidAsync(1..100);
        await system.AppliedAsync(100);
        await first.StopAsync();

        // Kafka's offsets are ahead of what this database holds, as after a restore of an old
        // backup.
        await system.ExecuteAsync(
            "TRUNCATE effects, messaging.inbox, messaging.consumer_positions"
        );
        await system.StartHostAsync();

        await system.AppliedAsync(100);
        await system.EffectsShouldBeAsync(1..100);
    }

    [Test]
    public async Task no_offset_is_committed_before_its_effect()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        host.Script.OnPayment = async (id, stop) =>
        {
            if (id != 1)
                return;

            begun.TrySetResult();
            await goOn.Task.WaitAsync(stop);
        };
        var waiting = (await system.ProduceAsync(Given.Paid(1))).Partition.Value;
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60));

        var neighbour = Given.Paid(Given.IdsBeside(1, count: 1)[0]);
        var beside = (await system.ProduceAsync(neighbour)).Partition.Value;
        // The offsets of all partitions are committed together.
        var offsets = await CommittedAsync(beside);

        offsets[waiting].ShouldBeLessThan(1);
        (
            await system.ListAsync<int>(
                $"""
                SELECT partition FROM messaging.consumer_positions
                WHERE topic = '{Topics.Payments}' AND next_offset > 0
                """
            )
        ).ShouldBe([beside]);
        goOn.SetResult();
        await CommittedAsync(waiting);
        (await system.EffectsAsync()).ShouldBe([neighbour.PaymentId, 1]);

        Task<List<long>> CommittedAsync(int partition) =>
            Eventually.Becomes(
                $"the offset of partition {partition} is committed",
                () => system.CommittedOffsets(Topics.Payments),
                committed => committed[partition] == 1
            );
    }

    [Test]
    public async Task a_shutdown_commits_what_is_applied()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync(
            ("Kafka:Consuming:CommitIntervalMilliseconds", "60000")
        );
        await system.PaidAsync(1..200);
        await system.AppliedAsync(200);

        await host.StopAsync();

        system.CommittedOffsets(Topics.Payments).Where(o => o > 0).Sum().ShouldBe(200);
    }

    [Test]
    [Category("Long")]
    public async Task a_transaction_in_hand_at_shutdown_is_finished()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        host.Script.OnPayment = async (_, _) =>
        {
            begun.TrySetResult();
            await go.Task;
        };
        await system.PaidAsync(1..1);
        await begun.Task;

        var stopping = host.StopAsync();
        go.SetResult();
        await stopping;

        await system.EffectsShouldBeAsync(1..1);
        system.CommittedOffsets(Topics.Payments).Where(o => o > 0).Sum().ShouldBe(1);
    }

    [Test]
    [Category("Long")]
    public async Task a_consumer_that_does_not_end_is_rolled_back_at_shutdown()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync(("Kafka:Consuming:DrainMilliseconds", "200"));
        var begun = new TaskCompletionSource();
        host.Script.OnPayment = async (_, stop) =>
        {
            begun.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(stop);
        };
        await system.PaidAsync(1..1);
        await begun.Task;

        await host.StopAsync();
        (await system.EffectsAsync()).ShouldBeEmpty();
        await system.StartHostAsync();

        await system.AppliedAsync(1);
        await system.EffectsShouldBeAsync(1..1);
    }
}
