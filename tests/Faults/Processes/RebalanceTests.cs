using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>Hosts join, leave, die and come back while one sale follows the other.</summary>
[Category("Long")]
internal sealed class RebalanceTests
{
    private const int Customers = 30;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task four_hosts_that_come_and_go_apply_everything_once()
    {
        LeaveOutOnEmbeddedKafka();
        var a = await _system.StartHostAsync();
        var b = await _system.StartHostAsync();
        using var enough = new CancellationTokenSource();
        var sales = SellAsync(enough.Token);

        var before = await _system.NowAsync();
        var (c, d) = (await _system.StartHostAsync(), await _system.StartHostAsync());
        await SettleAsync("two hosts joined", before, a, b, c, d);
        await StepAsync("one left", c.Stop, a, b, d);
        await StepAsync("and came back", c.Start, a, b, c, d);
        await StepAsync("one was killed", d.Kill, a, b, c);
        await StepAsync("and came back", d.Start, a, b, c, d);
        await StepAsync(
            "the relay left, and another one",
            () =>
            {
                a.Stop();
                b.Stop();
            },
            c,
            d
        );

        await enough.CancelAsync();
        await sales;
        await _system.OutwaitLeasesAsync();
        var findings = await _system.VerifyAsync();
        findings.Of(9, "events stored").ShouldBePositive();
    }

    [Test]
    public async Task who_was_frozen_beyond_its_session_applies_nothing_twice_when_it_wakes()
    {
        LeaveOutOnEmbeddedKafka();
        var frozen = await _system.StartHostAsync();
        var heir = await _system.StartHostAsync();
        await Partitions.SpreadOverAsync(Partitions.OfAllGroups, frozen, heir);
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        frozen.Freeze();
        await Partitions.SpreadOverAsync(Partitions.OfAllGroups, heir);
        frozen.IsFrozen.ShouldBeTrue();
        frozen.Thaw();

        await Partitions.SpreadOverAsync(Partitions.OfAllGroups, frozen, heir);
        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    private void LeaveOutOnEmbeddedKafka()
    {
        if (_system.Kafka.Embedded is not null)
            Assert.Ignore("The embedded coordinator takes minutes for seven groups of four.");
    }

    private async Task StepAsync(string what, Action step, params HostProcess[] hosts)
    {
        var since = await _system.NowAsync();
        step();
        await SettleAsync(what, since, hosts);
    }

    /// <summary>Until these hosts have all partitions between them, with a sale going on.</summary>
    private async Task SettleAsync(string what, DateTime since, params HostProcess[] hosts)
    {
        await Partitions.SpreadOverAsync(Partitions.OfAllGroups, hosts);
        await _system.TellAsync(what, since);
    }

    private async Task SellAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var crowd = await Crowd.GatherAsync(_system, Customers);
            crowd.StartBuying();
            await crowd.WaitUntilSoldOutAsync();
        }
    }
}
