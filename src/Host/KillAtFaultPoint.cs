using System.Diagnostics;
using System.Globalization;
using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Host;

/// <summary>
/// Section <c>FaultPoints</c>, for tests: this host kills itself at a named point of a sale, to
/// show what it leaves behind. Off unless <c>FaultPoints:KillAt</c> names a
/// <see cref="FaultPoint"/>; <c>FaultPoints:Occurrence</c> tells which time that it is reached, the
/// first by default. <c>FaultPoints:File</c> names a file that may tell both while the host runs.
/// </summary>
internal static class KillAtFaultPoint
{
    private const string NameKey = "FaultPoints:KillAt";
    private const string OccurrenceKey = "FaultPoints:Occurrence";
    private const string FileKey = "FaultPoints:File";

    /// <exception cref="InvalidConfigurationException">There is no such point.</exception>
    public static void Arm(IConfiguration configuration)
    {
        if (configuration[FileKey] is { Length: > 0 } file)
        {
            FaultPoints.ListenWith(new Orders(file).Reach);
            return;
        }

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

    /// <summary>
    /// What the file tells at a time, such as <c>Pinned 1</c>, counted from then on; nothing while
    /// there is none.
    /// </summary>
    private sealed class Orders(string file)
    {
        private readonly Lock _gate = new();
        private string _order = "";
        private int _left;

        public void Reach(FaultPoint point)
        {
            lock (_gate)
            {
                var order = File.Exists(file) ? File.ReadAllText(file) : "";
                if (order != _order)
                    (_order, _left) = (order, OccurrenceIn(order));
                if (order.StartsWith($"{point} ", StringComparison.Ordinal) && --_left == 0)
                    Die(point);
            }
        }

        private static int OccurrenceIn(string order) =>
            order.Length > 0 ? int.Parse(order.Split(' ')[1], CultureInfo.InvariantCulture) : 0;
    }
}
