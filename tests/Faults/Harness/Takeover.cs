using System.Diagnostics;
using System.Globalization;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>
/// One host is the relay in place of another: seen in the database, timed from the fault on and
/// told in the test's output.
/// </summary>
internal sealed class Takeover
{
    /// <summary>An odd number: odd ones begin at the second host.</summary>
    private const int Newcomer = 1001;

    private readonly FaultSystem _system;
    private readonly string _fault;
    private readonly long _epoch;
    private readonly long _began = Stopwatch.GetTimestamp();

    private Takeover(FaultSystem system, string fault, long epoch) =>
        (_system, _fault, _epoch) = (system, fault, epoch);

    /// <summary>To be called just before the fault.</summary>
    public static async Task<Takeover> BeforeAsync(FaultSystem system, string fault) =>
        new(system, fault, await EpochAsync(system));

    /// <summary>
    /// Returns when the other one leads, and a sign-up since then is in Kafka. The crowd's own
    /// events will not do: it may have bought everything by now.
    /// </summary>
    public async Task DoneAsync(HostProcess heir)
    {
        await Eventually.Until(
            "another host has taken over",
            async () => await EpochAsync(_system) > _epoch
        );
        var led = Stopwatch.GetElapsedTime(_began);
        var newcomer = new Client(_system, Newcomer);
        await newcomer.SignUpAsync();
        await Eventually.Until(
            "the sign-up is in Kafka",
            () =>
                _system.Kafka.ReadAll(Topics.Users).Any(r => r.Message.Key == $"user-{newcomer.Id}")
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
