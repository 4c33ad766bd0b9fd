using System.Diagnostics;
using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Host;

/// <summary>
/// Section <c>FaultPoints</c>, for tests: this host kills itself at a named point of a sale, to
/// show what it leaves behind. Off unless <c>FaultPoints:KillAt</c> names a
/// <see cref="FaultPoint"/>; <c>FaultPoints:Occurrence</c> tells which time that it is reached, the
/// first by default.
/// </summary>
internal static class KillAtFaultPoint
{
    private const string NameKey = "FaultPoints:KillAt";
    private const string OccurrenceKey = "FaultPoints:Occurrence";

    /// <exception cref="InvalidConfigurationException">There is no such point.</exception>
    public static void Arm(IConfiguration configuration)
    {
        if (configuration[NameKey] is not { Length: > 0 } name)
            return;
        if (!Enum.TryParse<FaultPoint>(name, out var fatal) || !Enum.IsDefined(fatal))
            throw new InvalidConfigurationException($"{NameKey} is {name}: no point of a sale.");

        var left = configuration.GetValue(OccurrenceKey, 1);
        if (left < 1)
            throw new InvalidConfigurationException($"{OccurrenceKey} is not above 0: {left}");

        Say($"This host kills itself at {fatal}.");
        FaultPoints.ListenWith(point =>
        {
            if (point == fatal && Interlocked.Decrement(ref left) == 0)
                Die(point);
        });
    }

    /// <summary>
    /// As by kill -9: nothing is rolled back, flushed or told, and nothing goes on.
    /// </summary>
    private static void Die(FaultPoint point)
    {
        Say($"Killed at {point}.");
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    /// <summary>Past the log, whose last lines are lost with the process.</summary>
    private static void Say(string line) => Console.Error.WriteLine(line);
}
