using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// Two decisions about one letter at the same time, where the group has no position to lock: it is
/// forgotten in a topic that was made again, or in a restored database.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class LetterDecisionTests
{
    /// <summary>As the API does, after it has locked the positions that there are.</summary>
    private const string DiscardSql = """
        UPDATE messaging.dead_letters SET status = 'discarded'
        WHERE status IN ('waiting', 'parked') RETURNING dead_letter_id
        """;

    [Test]
    public async Task replays_at_once_apply_a_letter_once_without_a_position_too()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenALetterAsync(system);
        var consumer = new SlowConsumer(host);

        var first = ReplayAsync(host);
        await consumer.IsEnteredAsync();
        var second = ReplayAsync(host);
        await Eventually.Until(
            "the second one waits for the first, or applies the letter as well",
            async () => consumer.Entered == 2 || await SomebodyWaitsAsync(system)
        );
        consumer.GoOn();

        (await Task.WhenAll(first, second)).Sum(r => r.Replayed).ShouldBe(1);
        (await system.EffectsAsync()).ShouldBe([1]);
        (await system.StatusesAsync()).ShouldBe(["replayed payment-1"]);
    }

    [Test]
    [Category("Long")]
    public async Task a_letter_that_is_being_replayed_is_not_discarded_meanwhile()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenALetterAsync(system);
        var consumer = new SlowConsumer(host);

        var replaying = ReplayAsync(host);
        await consumer.IsEnteredAsync();
        var discarding = DiscardAsync(system);
        await Eventually.Until(
            "the other decision waits, or is made",
            async () => discarding.IsCompleted || await SomebodyWaitsAsync(system)
        );
        consumer.GoOn();

        (await replaying).Replayed.ShouldBe(1);
        (await discarding).ShouldBeEmpty();
        (await system.EffectsAsync()).ShouldBe([1]);
        (await system.StatusesAsync()).ShouldBe(["replayed payment-1"]);
    }

    [Test]
    [Category("Long")]
    public async Task a_letter_that_is_being_discarded_is_not_replayed_meanwhile()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenALetterAsync(system);
        host.Script.OnPayment = (_, _) => Task.CompletedTask;
        await using var connection = await system.Database.OpenConnectionAsync();
        await using var discarding = await connection.BeginTransactionAsync();
        await using var discard = connection.CreateCommand();
        discard.CommandText = DiscardSql;
        await discard.ExecuteNonQueryAsync();

        var replaying = ReplayAsync(host);
        await Eventually.Until(
            "the replay waits, or is done",
            async () => replaying.IsCompleted || await SomebodyWaitsAsync(system)
        );
        await discarding.CommitAsync();

        (await replaying).Replayed.ShouldBe(0);
        (await system.EffectsAsync()).ShouldBeEmpty();
        (await system.StatusesAsync()).ShouldBe(["discarded payment-1"]);
    }

    private static async Task<ConsumingHost> GivenALetterAsync(ConsumingSystem system)
    {
        // The first decision stays in its transaction until the test lets it go on.
        var host = await system.StartHostAsync(
            ("Database:IdleInTransactionTimeoutSeconds", "60"),
            ("Database:CommandTimeoutSeconds", "60")
        );
        host.Script.OnPayment = (_, _) => throw new ArithmeticException("No.");
        await system.ProduceAsync(Given.Paid(1));
        await Eventually.Until(
            "it is given up",
            async () => (await system.StatusesAsync()).Count == 1
        );
        // One that no host comes to meanwhile.
        await system.ExecuteAsync("UPDATE messaging.dead_letters SET partition = 1000");
        return host;
    }

    private static Task<ReplayResult> ReplayAsync(ConsumingHost host) =>
        host.Replay.RunAsync(new LetterSelection(All: true), "the tests", CancellationToken.None);

    private static Task<List<long>> DiscardAsync(ConsumingSystem system) =>
        system.ListAsync<long>(DiscardSql);

    private static async Task<bool> SomebodyWaitsAsync(ConsumingSystem system) =>
        (
            await system.ListAsync<bool>(
                """
                SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                        AND query LIKE '%messaging.dead_letters%')
                """
            )
        )[0];

    /// <summary>Stays in the midst of applying until it is told to go on.</summary>
    private sealed class SlowConsumer
    {
        private readonly TaskCompletionSource _goOn = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        private int _entered;

        public SlowConsumer(ConsumingHost host) =>
            host.Script.OnPayment = (_, stop) =>
            {
                Interlocked.Increment(ref _entered);
                return _goOn.Task.WaitAsync(stop);
            };

        public int Entered => Volatile.Read(ref _entered);

        public Task IsEnteredAsync() =>
            Eventually.Until("the consumer has the letter", () => Entered == 1);

        public void GoOn() => _goOn.SetResult();
    }
}
