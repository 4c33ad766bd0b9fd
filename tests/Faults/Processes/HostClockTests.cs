using System.Globalization;
using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>A host whose clock is wrong by ten minutes sells as one whose clock is right.</summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class HostClockTests
{
    private const int Customers = 15;
    private const int TenMinutes = 600;
    private const int HoldSeconds = 300;

    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(10);

    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await FaultSystem.StartAsync();

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [TestCase(TenMinutes)]
    [TestCase(-TenMinutes)]
    public async Task deadlines_and_events_follow_the_database(int secondsAhead)
    {
        var host = await _system.StartHostAsync();
        host.Stop();
        var wrongSince = await _system.NowAsync();
        await _system.AdvanceAsync(secondsAhead);
        host.Start();
        await host.WaitUntilReadyAsync();

        var crowd = await Crowd.GatherAsync(_system, Customers);
        var since = await ClockAsync();
        var held = await crowd.HoldSeatsAsync(customer: 0, seats: 1);
        var until = await ClockAsync();
        var reservation = await held.Customer.GetAsync($"/api/reservations/{held.ReservationId}");
        var deadline = DateTime.Parse(
            reservation.ShouldSucceed().Word("heldUntil"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.RoundtripKind
        );
        deadline.ShouldBeInRange(since.AddSeconds(HoldSeconds), until.AddSeconds(HoldSeconds));
        await Shopper.CancelAsync(held.Customer, held.ReservationId);

        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();
        (await FurthestAsync(wrongSince, secondsAhead)).ShouldBeLessThan(AWhile);
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    /// <summary>
    /// From the time that an event tells to that at which it was written, by the database's clock
    /// as it is set.
    /// </summary>
    private Task<TimeSpan> FurthestAsync(DateTime since, int secondsAhead) =>
        _system.Database.ScalarAsync<TimeSpan>(
            """
            SELECT max(abs(extract(epoch FROM o.created_at - o.occurred_at)::float8 + $2))
                * interval '1 second'
            FROM messaging.outbox AS o WHERE o.created_at > $1
            """,
            since,
            secondsAhead
        );

    private Task<DateTime> ClockAsync() =>
        _system.Database.ScalarAsync<DateTime>("SELECT clock.now()");
}
