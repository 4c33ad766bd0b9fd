using Npgsql;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// What consumers throw may quote an event, and people in it: the log tells of what kind it is.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class FailureLogTests
{
    private const string Quoted = "mina@example.com";

    [Test]
    public async Task what_a_failure_quotes_is_in_its_letter_and_not_in_the_log()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        host.Script.OnPayment = (_, _) =>
            throw new ArithmeticException($"No mail to {Quoted}", new KeyNotFoundException(Quoted));

        await system.PaidAsync(1..3);
        await Eventually.Until(
            "all are given up",
            async () => (await system.StatusesAsync()).Count == 3
        );

        var letters = await system.ListAsync<string>(
            "SELECT exception_message FROM messaging.dead_letters"
        );
        letters.ShouldAllBe(message => message == $"No mail to {Quoted}");
        host.Said.ShouldContain(line =>
            line.Contains(
                "a dead letter, which says more of System.ArithmeticException, caused by "
                    + "System.Collections.Generic.KeyNotFoundException",
                StringComparison.Ordinal
            )
        );
        host.Said.Where(line => line.Contains(Quoted, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Test]
    [Category("Long")]
    public async Task nor_is_what_an_outage_quotes()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await system.StartHostAsync();
        var isAway = true;
        // Of which nobody else would tell.
        host.Script.OnPayment = (_, _) =>
            isAway
                ? throw new PostgresException($"No mail to {Quoted}", "ERROR", "ERROR", "57014")
                : Task.CompletedTask;
        await system.PaidAsync(1..3);

        await Eventually.Until(
            "the group says why it waits",
            () =>
                host.Said.Any(line =>
                    line.Contains(
                        "for what it depends on: Npgsql.PostgresException 57014",
                        StringComparison.Ordinal
                    )
                )
        );
        isAway = false;

        await system.AppliedAsync(3);
        host.Said.Where(line => line.Contains(Quoted, StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
