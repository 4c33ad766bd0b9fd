using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// What consumers depend on goes away and comes back: nothing is lost, double or a dead letter.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class OutageTests
{
    [Test]
    public async Task without_its_database_a_group_waits_and_gives_nothing_up()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        await system.PaidAsync(1..100);
        await system.AppliedAsync(100);

        await system.CloseDatabaseAsync();
        await system.PaidAsync(101..200);
        await Eventually.Until("the group says that it waits", () => host.IsStopped);
        await system.OpenDatabaseAsync();

        await system.AppliedAsync(200);
        await system.EffectsShouldBeAsync(1..200);
        (await system.ListAsync<long>("SELECT count(*) FROM messaging.dead_letters"))[0]
            .ShouldBe(0);
        await Eventually.Until("the group says that it goes on", () => !host.IsStopped);
    }

    [Test]
    [Category("Long")]
    public async Task what_is_away_for_one_partition_stops_only_that()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        var isAway = true;
        host.Script.OnPayment = (id, _) =>
            id == 1 && Volatile.Read(ref isAway)
                ? throw new TimeoutException("Redis is away.")
                : Task.CompletedTask;
        await system.ProduceAsync([Given.Paid(1)]);
        await Eventually.Until("the group says that it waits", () => host.IsStopped);

        var others = Given.IdsBeside(1, count: 100);
        await system.ProduceAsync(others.Select(id => Given.Paid(id)));
        await system.AppliedAsync(100);
        (await system.EffectsAsync()).Order().ShouldBe(others.Order());
        Volatile.Write(ref isAway, false);

        await system.AppliedAsync(101);
        (await system.ListAsync<long>("SELECT count(*) FROM messaging.dead_letters"))[0]
            .ShouldBe(0);
    }

    [Test]
    [Category("Long")]
    public async Task a_deadlock_is_tried_again_and_no_dead_letter()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync(("Kafka:Consuming:Retries", "0"));
        var left = 5;
        host.Script.OnFlush = _ =>
            Interlocked.Decrement(ref left) > 0
                ? throw new Npgsql.PostgresException("deadlock detected", "ERROR", "ERROR", "40P01")
                : Task.CompletedTask;

        await system.PaidAsync(1..1);

        await system.AppliedAsync(1);
        await system.EffectsShouldBeAsync(1..1);
        (await system.ListAsync<long>("SELECT count(*) FROM messaging.dead_letters"))[0]
            .ShouldBe(0);
    }

    [Test]
    [Category("Long")]
    public async Task a_kafka_that_forgot_everything_is_read_from_its_start()
    {
        await using var system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        var first = await system.StartHostAsync();
        var before = Enumerable.Range(1, 300).Select(id => Given.Paid(id)).ToArray();
        await system.ProduceAsync(before);
        await system.AppliedAsync(300);
        await first.StopAsync();

        // The new one holds fewer records than the group has read of the old one, the known among
        // them.
        await system.ReplaceKafkaAsync();
        await system.ProduceAsync(before.Take(50));
        await system.PaidAsync(301..310);
        var second = await system.StartHostAsync();

        await system.AppliedAsync(310);
        await system.EffectsShouldBeAsync(1..310);
        await Eventually.Until("the inbox met the known ones", () => second.Duplicates == 50);
    }

    /// <summary>
    /// Its offsets do not go back then: records of the new one were applied in the old one's name.
    /// </summary>
    [Test]
    [Category("Long")]
    public async Task a_successor_that_is_longer_already_is_another_kafka_all_the_same()
    {
        await using var system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        await using var entrance = new KafkaEntrance(system.Kafka.BootstrapServers);
        await system.StartHostAsync(("Kafka:BootstrapServers", entrance.Address));
        await system.PaidAsync(1..30);
        await system.AppliedAsync(30);
        await system.SettledAsync(Topics.Payments, records: 30);

        await system.ReplaceKafkaAsync();
        await system.PaidAsync(31..1000);
        await entrance.LeadToAsync(system.Kafka.BootstrapServers);

        await system.AppliedAsync(1000);
        await system.EffectsShouldBeAsync(1..1000);
        await Eventually.Becomes(
            "each Kafka has positions of its own",
            async () =>
                await system.ListAsync<long>(
                    $"""
                    SELECT sum(next_offset)::bigint FROM messaging.consumer_positions
                    WHERE topic = '{Topics.Payments}' GROUP BY incarnation ORDER BY 1
                    """
                ),
            sums => sums is [30, 970]
        );
    }

    [Test]
    public async Task brokers_that_were_away_are_read_on()
    {
        await using var system = await ConsumingSystem.StartAsync(alwaysEmbedded: true);
        await system.StartHostAsync();
        await system.PaidAsync(1..50);
        await system.AppliedAsync(50);

        system.Kafka.Embedded!.TakeDown();
        system.Kafka.Embedded!.BringUp();
        await system.PaidAsync(51..100);

        await system.AppliedAsync(100);
        await system.EffectsShouldBeAsync(1..100);
        (await system.ListAsync<long>("SELECT count(*) FROM messaging.dead_letters"))[0]
            .ShouldBe(0);
    }
}
