using System.Diagnostics;
using System.Globalization;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// One host is the relay in place of another: seen in the database, timed from the fault on and
/// told in the test's output.
/// </summary>
internal sealed class Takeover
{
    private readonly FaultSystem _system;
    private readonly string _fault;
    private readonly long _epoch;
    private readonly long _began = Stopwatch.GetTimestamp();

    private Takeover(FaultSystem system, string fault, long epoch) =>
        (_system, _fault, _epoch) = (system, fault, epoch);

    /// <summary>To be called just before the fault.</summary>
    public static async Task<Takeover> BeforeAsync(FaultSystem system, string fault) =>
        new(system, fault, await EpochAsync(system));

    /// <summary>Returns when the other one leads, and has brought something to Kafka.</summary>
    public async Task DoneAsync(HostProcess heir)
    {
        await Eventually.Until(
            "another host has taken over",
            async () => await EpochAsync(_system) > _epoch
        );
        var led = Stopwatch.GetElapsedTime(_began);
        var since = await _system.Database.ScalarAsync<DateTime>("SELECT clock_timestamp()");
        await Eventually.Until(
            "it has brought something to Kafka",
            () =>
                _system.Database.ScalarAsync<bool>(
                    "SELECT moved_at > $1 FROM messaging.relay_position",
                    since
                )
        );
        var relayed = Stopwatch.GetElapsedTime(_began);
        heir.Said($"This host is the relay now, epoch {_epoch + 1}").Count.ShouldBe(1);
        TestContext.Progress.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{_fault}: taken over after {led.TotalSeconds:0.0} s, "
                    + $"events in Kafka again after {relayed.TotalSeconds:0.0} s"
            )
        );
    }

    private static Task<long> EpochAsync(FaultSystem system) =>
        system.Database.ScalarAsync<long>("SELECT epoch FROM messaging.relay_position");
}
