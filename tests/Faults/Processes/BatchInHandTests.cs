using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// A host dies or freezes between the claim of a batch in the inbox and its commit, in the midst of
/// a sale.
/// </summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class BatchInHandTests
{
    private const int Customers = 30;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task what_a_dead_host_had_claimed_is_applied_by_the_next_one()
    {
        var (host, wire) = await _system.StartWiredHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        var inHand = await StopInABatchAsync(wire);
        host.Kill();
        inHand.Lose();
        host.Start();
        await host.WaitUntilReadyAsync();

        await _system.OutwaitLeasesAsync();
        await crowd.WaitUntilSoldOutAsync();
        await _system.VerifyAsync();
    }

    [Test]
    public async Task what_a_frozen_host_had_claimed_it_does_not_commit_when_it_wakes()
    {
        if (_system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded coordinator takes its time for seven groups of two.");
        var (frozen, wire) = await _system.StartWiredHostAsync();
        var heir = await _system.StartHostAsync();
        await Partitions.SpreadOverAsync(Partitions.OfAllGroups, frozen, heir);
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 8);

        var inHand = await StopInABatchAsync(wire);
        frozen.Freeze();
        await Partitions.SpreadOverAsync(Partitions.OfAllGroups, heir);
        await Eventually.Until(
            "the database has ended what stood still",
            async () => !await StandsStillAsync()
        );
        frozen.IsFrozen.ShouldBeTrue();
        inHand.Release();
        frozen.Thaw();

        await Partitions.SpreadOverAsync(Partitions.OfAllGroups, frozen, heir);
        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    private async Task<Stop> StopInABatchAsync(Wire wire)
    {
        var stop = wire.StopAt("INSERT INTO messaging.inbox (event_id", Withheld.Answer);
        await stop.WaitAsync();
        await Eventually.Until("a batch is claimed and not committed", StandsStillAsync);
        return stop;
    }

    /// <summary>A transaction that has claimed its batch, and does nothing.</summary>
    private Task<bool> StandsStillAsync() =>
        _system.Database.ScalarAsync<bool>(
            """
            SELECT EXISTS (
                SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle in transaction'
                    AND query LIKE '%INTO messaging.inbox%'
                    AND state_change < clock_timestamp() - interval '200 milliseconds')
            """
        );
}
