using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>A host that dies in the midst of a sale or of its start.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KilledHostTests
{
    private const int Customers = 30;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_host_killed_in_the_midst_of_a_sale_loses_nothing()
    {
        var (host, wire) = await _system.StartWiredHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();

        // Holds are committed, and their customers do not know it. Seats are held sooner than sold:
        // later there might be none left to hold.
        await Eventually.Until("the first customers hold seats", () => AnsweredHolds() > 0);
        var unanswered = wire.StopAt("INSERT INTO reservations.idempotency_keys", Withheld.Answer);
        await unanswered.WaitAsync();
        await Eventually.Until(
            "holds are committed that nobody was told of",
            async () => await CommittedHoldsAsync() > AnsweredHolds()
        );
        host.Kill();
        unanswered.Lose();
        host.Start();
        await host.WaitUntilReadyAsync();

        // Events are in Kafka, and the relay's position does not know it.
        await crowd.WaitUntilSoldAsync(crowd.Seats / 2);
        var unrecorded = wire.StopAt("UPDATE messaging.relay_position", Withheld.Statement);
        await unrecorded.WaitAsync();
        host.Kill();
        unrecorded.Lose();
        (await crowd.SoldAsync()).ShouldBeLessThan(crowd.Seats);
        host.Start();
        await host.WaitUntilReadyAsync();

        // Payments that died with it: their customers would stand there until they are free.
        await _system.OutwaitLeasesAsync();
        await crowd.WaitUntilSoldOutAsync();
        var findings = await _system.VerifyAsync();
        _system
            .Journal.Entries.Where(e => e.Key is not null)
            .GroupBy(e => e.Key)
            .ShouldContain(k => k.First().Status == null && k.Last().Succeeded);
        findings.Of(8, "repeats among them").ShouldBePositive();
    }

    [Test]
    public async Task a_host_told_to_stop_while_it_starts_stops()
    {
        var host = await _system.StartHostAsync();
        host.Stop();
        var said = host.Said("Timestamp").Count;

        host.Start();
        await Eventually.Until("it says something", () => host.Said("Timestamp").Count > said);
        host.Stop();

        host.Said("Unhandled exception").ShouldBeEmpty();
    }

    private Task<long> CommittedHoldsAsync() =>
        _system.Database.ScalarAsync<long>("SELECT count(*) FROM reservations.idempotency_keys");

    private long AnsweredHolds() =>
        _system
            .Journal.Entries.Where(e => e is { Operation: "hold", Succeeded: true })
            .DistinctBy(e => e.Key)
            .Count();
}
