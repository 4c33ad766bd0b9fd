namespace ConcertReservation.Verification.Invariants;

/// <summary>11. After healing, everything drains within a bound.</summary>
internal static class EverythingDrains
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(11, "Everything drains within the bound");
        if (history.DrainedAfter is { } time)
            inspection.Figure(
                "milliseconds until nothing was under way",
                (long)time.TotalMilliseconds
            );
        else if (history.Undrained.Count == 0)
            inspection.Violated("nobody saw it at rest");
        foreach (var left in history.Undrained)
            inspection.Violated($"still under way: {left}");
        return inspection.Done();
    }
}
