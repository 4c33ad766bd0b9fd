using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// Clients that send everything again, whatever they heard, and to the other host.
/// </summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class InsistentClientTests
{
    private const int Customers = 20;

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task whoever_sends_everything_twice_gets_everything_once()
    {
        await _system.StartHostAsync();
        await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(
            _system,
            Customers,
            temper: Temper.Mild with
            {
                RepeatsOneIn = 1,
            }
        );

        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();

        await _system.OutwaitLeasesAsync();
        var findings = await _system.VerifyAsync();
        findings.Of(4, "keys used more than once").ShouldBe(findings.Of(4, "keys used by clients"));
        _system
            .Journal.Entries.Where(e => e is { Operation: "cancel", Target: not null })
            .GroupBy(e => e.Target)
            .ShouldAllBe(c => c.Count() > 1);
    }
}
