using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// The host that relays loses its brokers, or one of them, in the midst of a sale.
/// </summary>
[Category("Long")]
internal sealed class RelayBrokersTests
{
    private const int Customers = 30;
    private const string Late = "repeats after newer ones of their keys";

    private static readonly (string, string)[] Replicated =
    [
        ("Kafka:Replication", "3"),
        ("Kafka:MinInSync", "2"),
    ];

    private OwnBrokers _brokers = null!;
    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start()
    {
        _brokers = await OwnBrokers.StartAsync();
        _system = await FaultSystem.StartAsync(_brokers.BootstrapServers);
    }

    [TearDown]
    public async Task Stop()
    {
        if (_brokers is null)
            return;

        await _system.DisposeAsync();
        await _brokers.DisposeAsync();
    }

    /// <summary>What it had sent is on the way until all others have gone on.</summary>
    [Test]
    public async Task a_relay_that_alone_is_unheard_makes_room_and_its_late_writes_change_nothing()
    {
        var (active, heir) = await StartHostsAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        var takeover = await Takeover.BeforeAsync(_system, "unheard by the brokers");
        foreach (var line in _brokers.Lines)
            line.Inflict(Manner.HostUnheard);
        await takeover.DoneAsync(heir);
        active.Said("The relay makes room").Count.ShouldBe(1);
        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        var before = await _system.VerifyAsync();

        foreach (var line in _brokers.Lines)
            line.Mend();
        await Eventually.Until(
            "the zombie's writes have come, behind newer ones of their keys",
            async () => (await _system.VerifyAsync()).Of(8, Late) > before.Of(8, Late)
        );

        var after = await _system.VerifyAsync();
        after.Of(8, "outbox rows looked for").ShouldBe(before.Of(8, "outbox rows looked for"));
    }

    [Test]
    public async Task a_relay_cut_off_from_the_brokers_is_replaced()
    {
        var (_, heir) = await StartHostsAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        var takeover = await Takeover.BeforeAsync(_system, "cut off from the brokers");
        foreach (var line in _brokers.Lines)
            line.Inflict(Manner.Torn);
        await takeover.DoneAsync(heir);
        foreach (var line in _brokers.Lines)
            line.Mend();

        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    [TestCase(1)]
    [TestCase(3)]
    public async Task with_one_broker_killed_everything_arrives(int node)
    {
        await StartHostsAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        var since = await _system.NowAsync();
        await _brokers.KillAsync(node);

        await crowd.WaitUntilSoldOutAsync();
        await _system.TellAsync($"broker {node} killed", since);
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    /// <summary>The first one relays.</summary>
    private async Task<(HostProcess Active, HostProcess Heir)> StartHostsAsync()
    {
        var active = await _system.StartHostAsync([
            .. Replicated,
            ("Kafka:BootstrapServers", _brokers.LinedServers),
        ]);
        var heir = await _system.StartHostAsync(Replicated);
        heir.Said("This host is the relay now").ShouldBeEmpty();
        return (active, heir);
    }
}
