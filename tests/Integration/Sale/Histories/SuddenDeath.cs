using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>A process has died: nothing of its step goes on.</summary>
internal sealed class ProcessDied(string where) : Exception($"Died at {where}.");

/// <summary>
/// Lets what runs in one asynchronous flow die at one of its fault points, and leaves all others in
/// this process alone.
/// </summary>
internal static class SuddenDeath
{
    /// <summary>Tells a host's request to die at so many points.</summary>
    public const string Header = "Dies-At";

    private static readonly AsyncLocal<Fate?> Flow = new();

    /// <summary>How often each point was fatal since the process started.</summary>
    public static Dictionary<FaultPoint, int> Deaths { get; } =
        Enum.GetValues<FaultPoint>().ToDictionary(p => p, _ => 0);

    /// <summary>How many have died.</summary>
    public static int Dead => Deaths.Values.Sum();

    public static void Arm() => FaultPoints.ListenWith(Reached);

    public static void Disarm() => FaultPoints.ListenWith(null);

    /// <summary>For this flow from now on.</summary>
    /// <param name="points">0: it lives.</param>
    public static void Expect(int points) => Flow.Value = points > 0 ? new Fate(points) : null;

    private static void Reached(FaultPoint point)
    {
        if (Flow.Value is not { } fate || --fate.Points != 0)
            return;

        Deaths[point]++;
        throw new ProcessDied($"{point}");
    }

    private sealed class Fate(int points)
    {
        public int Points { get; set; } = points;
    }
}
