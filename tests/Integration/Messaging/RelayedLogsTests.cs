using ConcertReservation.Contracts;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Where Kafka ends is told only when all that was committed is before it.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RelayedLogsTests
{
    private static readonly string[] Asked = [Topics.Payments];

    [Test]
    public async Task the_ends_are_told_once_the_relay_has_sent_what_was_committed()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await StartHostAsync(system);
        await system.PaidAsync(1..3);
        await system.AppliedAsync(3);
        await system.ExecuteAsync(
            """
            INSERT INTO messaging.outbox (occurred_at, version, event_id, topic, key, event_type,
                module, body)
            VALUES (clock.now(), 1, gen_random_uuid(), 'payment-events', 'payment-4', 'X',
                'payments', '')
            """
        );
        var newest = await host.Logs.NewestAsync(CancellationToken.None);
        newest.ShouldBe(1);

        (await EndsAsync(host, newest)).ShouldBeNull("nobody has relayed to this Kafka");
        await RelayAsync(system, "'3:3:'");
        (await EndsAsync(host, newest)).ShouldBeNull("the event is not sent");
        await RelayAsync(system, "pg_current_snapshot()");

        var ends = await EndsAsync(host, newest);
        ends.ShouldNotBeNull();
        ends.Ends.Sum(e => e.NextOffset).ShouldBe(3);
        (await host.Logs.AreOfNowAsync(ends, CancellationToken.None)).ShouldBeTrue();
        await system.ExecuteAsync("SELECT messaging.relay_again()");
        (await host.Logs.AreOfNowAsync(ends, CancellationToken.None)).ShouldBeFalse();
    }

    [Test]
    public async Task a_topic_that_somebody_was_further_in_than_it_goes_has_no_end_yet()
    {
        await using var system = await ConsumingSystem.StartAsync();
        var host = await StartHostAsync(system);
        await system.PaidAsync(1..3);
        await system.AppliedAsync(3);
        await RelayAsync(system, "pg_current_snapshot()");
        await system.ExecuteAsync(
            "UPDATE messaging.consumer_positions SET next_offset = next_offset + 100"
        );

        (await EndsAsync(host, newest: 0)).ShouldBeNull();

        await system.ExecuteAsync(
            "UPDATE messaging.consumer_positions SET next_offset = next_offset - 100"
        );
        (await EndsAsync(host, newest: 0)).ShouldNotBeNull();
    }

    /// <summary>Nobody relays but the test.</summary>
    private static Task<ConsumingHost> StartHostAsync(ConsumingSystem system) =>
        system.StartHostAsync(("Relay:Enabled", "false"));

    private static Task RelayAsync(ConsumingSystem system, string upTo) =>
        system.ExecuteAsync(
            $"""
            UPDATE messaging.relay_position SET from_snapshot = {upTo},
                incarnation = (SELECT min(incarnation) FROM messaging.consumer_positions)
            """
        );

    private static Task<RelayedEnds?> EndsAsync(ConsumingHost host, long newest) =>
        host.Logs.EndsAsync(Asked, newest, CancellationToken.None);
}
