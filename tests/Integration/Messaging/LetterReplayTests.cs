using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// Dead letters are applied after all: in order, once, and by the group that failed.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class LetterReplayTests
{
    private static readonly LetterSelection Everything = new(All: true);

    [Test]
    public async Task a_replayed_key_is_applied_in_order_and_no_longer_blocked()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenLettersAsync(system, keys: 2, versions: 5);

        var result = await ReplayAsync(host, new LetterSelection(Key: "payment-1"));
        await system.ProduceAsync([Given.Paid(1, version: 6), Given.Paid(2, version: 6)]);
        await system.SettledAsync(Topics.Payments, records: 12);

        (result.Replayed, result.Failed.Count, result.StillOpen).ShouldBe((5, 0, 0L));
        (await VersionsAsync(system)).ShouldBe([.. Enumerable.Range(1, 6).Select(v => $"1 v{v}")]);
        (await system.StatusesAsync()).Count(s => s == "replayed payment-1").ShouldBe(5);
        (await system.StatusesAsync()).Count(s => s == "waiting payment-2").ShouldBe(1);
        (await system.StatusesAsync()).Count(s => s == "parked payment-2").ShouldBe(5);
    }

    [Test]
    [Category("Long")]
    public async Task one_letter_by_its_id_brings_its_key_along_from_the_oldest_on()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenLettersAsync(system, keys: 2, versions: 3);
        var newest = await system.ListAsync<long>(
            "SELECT max(dead_letter_id) FROM messaging.dead_letters WHERE key = 'payment-2'"
        );

        var result = await ReplayAsync(host, new LetterSelection([newest[0], 4_711]));

        result.Replayed.ShouldBe(3);
        result.Skipped.ShouldBe([new SkippedLetter(4_711, "not-found")]);
        (await VersionsAsync(system)).ShouldBe(["2 v1", "2 v2", "2 v3"]);
    }

    [Test]
    [Category("Long")]
    public async Task letters_of_one_topic_leave_those_of_another_as_they_are()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenLettersAsync(system, keys: 2, versions: 2);
        await system.ExecuteAsync(
            $"""
            UPDATE messaging.dead_letters SET topic = '{Topics.Reservations}'
            WHERE key = 'payment-2'
            """
        );

        var result = await ReplayAsync(host, new LetterSelection(Topic: Topics.Payments));

        (result.Replayed, result.StillOpen).ShouldBe((2, 0L));
        (await VersionsAsync(system)).ShouldBe(["1 v1", "1 v2"]);
        (await system.StatusesAsync())
            .Where(s => s.EndsWith("payment-2", StringComparison.Ordinal))
            .ShouldBe(["waiting payment-2", "parked payment-2"]);
    }

    [Test]
    public async Task a_letter_that_fails_again_is_reported_and_keeps_its_place()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenLettersAsync(system, keys: 2, versions: 3);
        host.Script.OnPayment = (id, _) =>
            id == 1 ? throw new NotSupportedException("Still not.") : Task.CompletedTask;

        var result = await ReplayAsync(host, Everything);

        (result.Replayed, result.StillOpen).ShouldBe((3, 3L));
        var failed = result.Failed.ShouldHaveSingleItem();
        failed.Group.ShouldBe(ConsumingHost.Group);
        failed.ExceptionType.ShouldBe("System.NotSupportedException");
        failed.ExceptionMessage.ShouldBe("Still not.");
        (await VersionsAsync(system)).ShouldBe(["2 v1", "2 v2", "2 v3"]);
        (
            await system.ListAsync<string>(
                $"""
                SELECT status || ' ' || failed_replays || ' ' || exception_message
                FROM messaging.dead_letters WHERE dead_letter_id = {failed.DeadLetterId}
                """
            )
        ).ShouldBe(["waiting 1 Still not."]);

        host.Script.OnPayment = (_, _) => Task.CompletedTask;
        (await ReplayAsync(host, Everything)).Replayed.ShouldBe(3);
        (await VersionsAsync(system)).TakeLast(3).ShouldBe(["1 v1", "1 v2", "1 v3"]);
    }

    [Test]
    [Category("Long")]
    public async Task replays_at_once_on_two_hosts_leave_one_effect_of_each()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var first = await GivenLettersAsync(system, keys: 4, versions: 10);
        var second = await system.StartHostAsync();

        var results = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => ReplayAsync(i % 2 == 0 ? first : second, Everything))
        );

        results.Sum(r => r.Replayed).ShouldBe(40);
        (await ReplayAsync(first, Everything)).Replayed.ShouldBe(0);
        foreach (var payment in (await VersionsAsync(system)).GroupBy(v => v.Split(' ')[0]))
            payment.ShouldBe(Enumerable.Range(1, 10).Select(v => $"{payment.Key} v{v}"));
    }

    [Test]
    [Category("Long")]
    public async Task what_arrives_during_a_replay_keeps_its_place_in_line()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenLettersAsync(system, keys: 1, versions: 20);

        var arriving = Enumerable.Range(21, 40).Select(v => Given.Paid(1, v)).ToArray();
        var replaying = Task.Run(() => ReplayAsync(host, Everything));
        foreach (var paid in arriving)
            await system.ProduceAsync(paid);
        await replaying;
        await system.SettledAsync(Topics.Payments, records: 60);
        await ReplayAsync(host, Everything);

        (await VersionsAsync(system)).ShouldBe([.. Enumerable.Range(1, 60).Select(v => $"1 v{v}")]);
    }

    [Test]
    [Category("Long")]
    public async Task an_outage_changes_no_letter()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenLettersAsync(system, keys: 1, versions: 2);
        // Npgsql's own exception for a database that does not answer.
        host.Script.OnPayment = (_, _) => throw new NpgsqlException("Gone.", new IOException());
        await Should.ThrowAsync<ReplayInterruptedException>(() => ReplayAsync(host, Everything));

        (await system.StatusesAsync()).ShouldBe(["waiting payment-1", "parked payment-1"]);
        (
            await system.ListAsync<int>("SELECT failed_replays FROM messaging.dead_letters")
        ).ShouldBe([0, 0]);
    }

    [Test]
    [Category("Long")]
    public async Task a_record_that_can_be_read_by_now_is_applied_unless_its_event_was()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        PaymentCompleted[] events = [Given.Paid(1), Given.Paid(2)];
        // The event of payment 2 comes once more, unharmed, and of another key: nothing blocks it.
        foreach (var paid in events)
        {
            await system.ProduceAsync(
                Topics.Payments,
                0,
                System.Text.Encoding.UTF8.GetBytes(paid.Key),
                "no event"u8.ToArray(),
                ("ce_type", "PAYMENT_COMPLETED"u8.ToArray())
            );
        }

        await system.ProduceAsync(
            Topics.Payments,
            0,
            "elsewhere"u8.ToArray(),
            EventCatalogue.Serialize(events[1])
        );
        await system.SettledAsync(Topics.Payments, records: 3);
        (await ReplayAsync(host, Everything)).Failed.Count.ShouldBe(2);

        foreach (var paid in events)
        {
            var body = Convert.ToHexString(EventCatalogue.Serialize(paid));
            await system.ExecuteAsync(
                $"""
                UPDATE messaging.dead_letters SET body = '\x{body}'
                WHERE key = '{paid.Key}'
                """
            );
        }

        (await ReplayAsync(host, Everything)).Replayed.ShouldBe(2);
        (await system.EffectsAsync()).ShouldBe([2, 1]);
    }

    [Test]
    [Category("Long")]
    public async Task a_letter_of_another_system_is_not_ours_to_replay()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await GivenLettersAsync(system, keys: 1, versions: 1);
        await system.ExecuteAsync(
            "UPDATE messaging.dead_letters SET consumer_group = 'settlement-of-another-team'"
        );
        var id = (
            await system.ListAsync<long>("SELECT dead_letter_id FROM messaging.dead_letters")
        )[0];

        var one = await ReplayAsync(host, new LetterSelection([id]));
        var all = await ReplayAsync(host, Everything);

        one.Skipped.ShouldBe([new SkippedLetter(id, "foreign")]);
        (one.Replayed, all.Replayed, all.StillOpen).ShouldBe((0, 0, 0L));
        (await system.StatusesAsync()).ShouldBe(["waiting payment-1"]);
    }

    /// <summary>
    /// Of each payment one letter that waits and others parked behind it; the cause is mended.
    /// </summary>
    private static async Task<ConsumingHost> GivenLettersAsync(
        ConsumingSystem system,
        int keys,
        int versions
    )
    {
        var host = await system.StartHostAsync();
        host.Script.OnPayment = (_, _) => throw new ArithmeticException("No.");
        await system.ProduceAsync(Enumerable.Range(1, keys).Select(id => Given.Paid(id)));
        await Eventually.Until(
            "they are given up",
            async () => (await system.StatusesAsync()).Count == keys
        );

        host.Script.OnPayment = (_, _) => Task.CompletedTask;
        for (var version = 2; version <= versions; version++)
        {
            var later = Enumerable.Range(1, keys).Select(id => Given.Paid(id, version));
            await system.ProduceAsync(later);
        }

        await system.SettledAsync(Topics.Payments, records: keys * versions);
        return host;
    }

    private static Task<ReplayResult> ReplayAsync(ConsumingHost host, LetterSelection selection) =>
        host.Replay.RunAsync(selection, "the tests", CancellationToken.None);

    private static Task<List<string>> VersionsAsync(ConsumingSystem system) =>
        system.ListAsync<string>("SELECT payment_id || ' v' || version FROM effects ORDER BY seq");
}
