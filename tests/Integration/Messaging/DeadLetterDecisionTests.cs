using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>An operator decides about dead letters by the SQL of docs/operations.md.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class DeadLetterDecisionTests
{
    [Test]
    public async Task the_page_shows_what_waits_in_the_order_of_each_key()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await GivenLettersAsync(system);

        var found = await system.ListAsync<long>(Runbook.SqlBelow("What waits,"));

        var letters = await system.ListAsync<long>(
            "SELECT dead_letter_id FROM messaging.dead_letters ORDER BY key, dead_letter_id"
        );
        letters.Count.ShouldBe(4);
        found.ShouldBe(letters);
    }

    [Test]
    public async Task a_discarded_key_is_applied_from_here_on_and_no_other()
    {
        await using var system = await ConsumingSystem.StartAsync();
        await GivenLettersAsync(system);

        await system.ExecuteAsync(Decision("**Discard.**"));
        await system.ProduceAsync([Given.Paid(1, version: 3), Given.Paid(2, version: 3)]);
        await system.SettledAsync(Topics.Payments, records: 6);

        (await VersionsAsync(system)).ShouldBe(["1 v3"]);
        (await system.StatusesAsync())
            .Order()
            .ShouldBe([
                "discarded payment-1",
                "discarded payment-1",
                "parked payment-2",
                "parked payment-2",
                "waiting payment-2",
            ]);
        (
            await system.ListAsync<bool>(
                """
                SELECT resolved_at IS NOT NULL AND resolved_by = current_user
                FROM messaging.dead_letters WHERE status = 'discarded'
                """
            )
        ).ShouldBe([true, true]);
    }

    [Test]
    public async Task a_key_that_is_applied_after_all_leaves_each_effect_once()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var sent = await GivenLettersAsync(system);

        await system.ExecuteAsync(Decision("**Apply after all.**"));
        // As the relay does after messaging.relay_again(): everything, in its order.
        foreach (var paid in sent)
            await system.ProduceAsync(paid);
        foreach (var paid in sent)
            await system.ProduceAsync(paid);
        await system.ProduceAsync(Given.Paid(1, version: 3));
        await system.SettledAsync(Topics.Payments, records: 13);

        (await VersionsAsync(system)).ShouldBe(["1 v1", "1 v2", "1 v3"]);
        (await system.StatusesAsync()).Count(s => s == "replayed payment-1").ShouldBe(2);
        (await system.StatusesAsync()).ShouldContain("waiting payment-2");
    }

    /// <summary>Payments 1 and 2 have one waiting and one parked letter each.</summary>
    private static async Task<PaymentCompleted[]> GivenLettersAsync(ConsumingSystem system)
    {
        var host = await system.StartHostAsync();
        host.Script.OnPayment = (_, _) => throw new ArithmeticException("No.");
        PaymentCompleted[] first = [Given.Paid(1, version: 1), Given.Paid(2, version: 1)];
        PaymentCompleted[] second = [Given.Paid(1, version: 2), Given.Paid(2, version: 2)];
        await system.ProduceAsync(first);
        await Eventually.Until(
            "they are given up",
            async () => (await system.StatusesAsync()).Count == 2
        );

        // The cause is mended: only the keys wait.
        host.Script.OnPayment = (_, _) => Task.CompletedTask;
        await system.ProduceAsync(second);
        await system.SettledAsync(Topics.Payments, records: 4);
        (await system.StatusesAsync())
            .Order()
            .ShouldBe([
                "parked payment-1",
                "parked payment-2",
                "waiting payment-1",
                "waiting payment-2",
            ]);
        return [.. first, .. second];
    }

    /// <summary>The page's decision, about payment 1 and the group of these tests.</summary>
    private static string Decision(string heading) =>
        Runbook
            .SqlBelow(heading)
            .Replace("concert-service", ConsumingHost.Group, StringComparison.Ordinal)
            .Replace("reservation-events", Topics.Payments, StringComparison.Ordinal)
            .Replace("reservation-17", "payment-1", StringComparison.Ordinal);

    private static Task<List<string>> VersionsAsync(ConsumingSystem system) =>
        system.ListAsync<string>(
            "SELECT payment_id || ' v' || version FROM effects ORDER BY payment_id, seq"
        );
}
