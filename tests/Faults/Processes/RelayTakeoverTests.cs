using ConcertReservation.Tests.Faults.Harness;
using Npgsql;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// The host that relays dies or loses its database in the midst of a sale, and another one goes on;
/// times as by default.
/// </summary>
[Category("Long")]
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RelayTakeoverTests
{
    private const int Customers = 30;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_relay_killed_after_sending_is_replaced_and_what_it_sent_is_sent_again()
    {
        var (active, wire) = await _system.StartWiredHostAsync();
        var heir = await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        // Events are in Kafka, and the relay's position does not know it.
        var unrecorded = wire.StopAt("UPDATE messaging.relay_position", Withheld.Statement);
        await unrecorded.WaitAsync();
        var takeover = await Takeover.BeforeAsync(_system, "killed");
        active.Kill();
        unrecorded.Lose();
        await takeover.DoneAsync(heir);
        active.Start();
        await active.WaitUntilReadyAsync();

        await _system.OutwaitLeasesAsync();
        await crowd.WaitUntilSoldOutAsync();
        var findings = await _system.VerifyAsync();
        findings.Of(8, "repeats among them").ShouldBePositive();
    }

    [TestCase(Manner.Torn)]
    [TestCase(Manner.HostUnheard)]
    [TestCase(Manner.ServerUnheard)]
    public async Task a_relay_without_its_database_is_replaced_and_then_a_host_as_others(
        Manner fault
    )
    {
        var server = new NpgsqlConnectionStringBuilder(_system.Database.ConnectionString);
        using var line = new Line(server.Port);
        (server.Host, server.Port) = ("127.0.0.1", line.Port);
        var active = await _system.StartHostAsync(
            ("ConnectionStrings:Postgres", server.ConnectionString)
        );
        var heir = await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        var takeover = await Takeover.BeforeAsync(_system, $"database, {fault}");
        line.Inflict(fault);
        await takeover.DoneAsync(heir);
        line.Mend();
        await active.WaitUntilReadyAsync();

        await _system.OutwaitLeasesAsync();
        await crowd.WaitUntilSoldOutAsync();
        await _system.VerifyAsync();
    }
}
