using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>Consumers that die between the commit of an effect and that of the offset.</summary>
[Category("Long")]
internal sealed class KilledConsumerTests
{
    private const int Customers = 15;
    private const string Group = "data-platform";

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task what_consumers_did_before_they_died_they_do_not_do_again()
    {
        // Offsets are committed by an orderly stop, and by nothing else before the kill.
        var host = await _system.StartHostAsync(
            ("Kafka:Consuming:CommitIntervalMilliseconds", "60000")
        );
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 2);
        await Eventually.Until(
            "the group has applied some of it",
            async () => await AppliedAsync() > 0
        );
        host.Stop();
        var committed = _system.CommittedBy(Group);
        committed.ShouldNotBeEmpty();

        host.Start();
        await host.WaitUntilReadyAsync();
        await crowd.WaitUntilSoldOutAsync();
        await _system.VerifyAsync();
        var mails = await MailsAsync();
        host.Kill();

        // The effects are in the database, and Kafka would have them all done again.
        _system.CommittedBy(Group).ShouldBe(committed, ignoreOrder: true);
        var ahead = await AheadOfAsync(committed);
        ahead.ShouldNotBeEmpty();
        var killedAt = await _system.Database.ScalarAsync<DateTime>("SELECT clock_timestamp()");
        host.Start();
        await host.WaitUntilReadyAsync();
        await Eventually.Until(
            "what came after the offsets has come again",
            async () => (await AheadOfAsync(committed, killedAt)).Count == ahead.Count
        );
        var assignment = host.Said($"{Group} got ")[^1];
        foreach (var ((topic, partition), offset) in committed)
            assignment.ShouldContain($"{topic}/{partition} from {offset}");

        await _system.VerifyAsync();
        (await MailsAsync()).ShouldBe(mails);
        host.Stop();
        _system.CommittedBy(Group).Sum(c => c.Value).ShouldBe(await AppliedAsync());
    }

    /// <summary>
    /// Partitions of which the group has applied more than that, and something since a time.
    /// </summary>
    private Task<IReadOnlyList<string>> AheadOfAsync(
        IReadOnlyDictionary<(string Topic, int Partition), long> offsets,
        DateTime since = default
    ) =>
        _system.Database.ReadAsync<string>(
            """
            SELECT p.topic || '/' || p.partition FROM messaging.consumer_positions p
            JOIN unnest($2::text[], $3::int[], $4::bigint[]) AS o (topic, partition, next_offset)
                ON o.topic = p.topic AND o.partition = p.partition
                AND o.next_offset < p.next_offset
            WHERE p.consumer_group = $1 AND p.moved_at > $5
            """,
            Group,
            offsets.Keys.Select(k => k.Topic).ToArray(),
            offsets.Keys.Select(k => k.Partition).ToArray(),
            offsets.Values.ToArray(),
            since.ToUniversalTime()
        );

    private Task<long> MailsAsync() =>
        _system.Database.ScalarAsync<long>("SELECT count(*) FROM notifications.mails");

    /// <summary>What the group has applied, as the database knows it.</summary>
    private Task<long> AppliedAsync() =>
        _system.Database.ScalarAsync<long>(
            """
            SELECT coalesce(sum(next_offset), 0)::bigint FROM messaging.consumer_positions
            WHERE consumer_group = $1
            """,
            Group
        );
}
