using ConcertReservation.BuildingBlocks;
using ConcertReservation.LocalServices;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// A host dies at each point of a sale, at none of them by luck, and the next one brings what was
/// begun to its end.
/// </summary>
[Category("AnyKafka")]
internal sealed class FaultPointTests
{
    private const int Customers = 5;

    /// <summary>The one of the short part of the tests.</summary>
    private const FaultPoint Short = FaultPoint.SaleConfirming;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private FaultSystem _system = null!;
    private HostProcess _host = null!;
    private bool _isReady;

    public static IEnumerable<TestCaseData> Points() =>
        Enum.GetValues<FaultPoint>()
            .Select(point =>
                point == Short
                    ? new TestCaseData(point)
                    : new TestCaseData(point).SetCategory("Long")
            );

    [OneTimeSetUp]
    public async Task Start()
    {
        _system = await FaultSystem.StartAsync();
        _host = await _system.StartHostAsync(
            // Who does not know whether the money was taken asks again when the story says so.
            ("Payments:RetryMilliseconds", "60000"),
            // So that a cancelled concert may be half ended.
            ("Reservations:SweepBatchSize", "1"),
            // The one that goes on after a death is the one that dies in the next test.
            ("FaultPoints:File", Order)
        );
        _isReady = true;
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [TestCaseSource(nameof(Points))]
    public async Task a_host_that_dies_in_the_midst_of_a_sale_loses_nothing(FaultPoint point)
    {
        var step = SaleStep.At(point);
        await GetReadyAsync();
        ServiceDirectory.WriteText(Order, $"{point} {step.Occurrence}");
        var crowd = await Crowd.GatherAsync(_system, Customers);
        var since = await LastSeqAsync();
        var told = step.Tell(new SaleStory(_system, crowd));
        await DiesAtAsync(point, told);
        (await step.CountAsync(_system, crowd.ConcertId, since)).ShouldBe(step.LeftBehind(point));

        File.Delete(Order);
        _host.Start();
        await _host.WaitUntilReadyAsync();
        await _system.OutwaitLeasesAsync();
        await told;
        await _system.VerifyAsync();
        (await UnendedSeatsAsync(crowd)).ShouldBe(0);
        _isReady = true;
    }

    private string Order => Path.Combine(_system.Folder, "fault-point");

    /// <summary>After a test that failed, the host may be anywhere.</summary>
    private async Task GetReadyAsync()
    {
        var wasReady = _isReady;
        _isReady = false;
        if (wasReady)
            return;

        File.Delete(Order);
        _host.KillIfRunning();
        _host.Start();
        await _host.WaitUntilReadyAsync();
    }

    private async Task DiesAtAsync(FaultPoint point, Task told)
    {
        await Eventually.Until(
            $"the host has died at {point}",
            () => told.IsFaulted || _host.WasKilled,
            Patience
        );
        if (!_host.WasKilled)
            await told;
        _host.Said($"Killed at {point}.").Count.ShouldBe(1);
    }

    private Task<long> LastSeqAsync() =>
        _system.Database.ScalarAsync<long>("SELECT coalesce(max(seq), 0) FROM messaging.outbox");

    /// <summary>Neither free nor sold.</summary>
    private Task<long> UnendedSeatsAsync(Crowd crowd) =>
        _system.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM reservations.seats
            WHERE concert_id = $1 AND state IN ('held', 'pinned')
            """,
            crowd.ConcertId
        );
}
