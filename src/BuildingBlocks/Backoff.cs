namespace ConcertReservation.BuildingBlocks;

/// <summary>How long to wait after failures in a row: twice as long after each.</summary>
public static class Backoff
{
    /// <summary>By then the longest wait is reached; bounds the power of two.</summary>
    private const int MaxDoublings = 32;

    /// <param name="failures">In a row until now; the first one counts 1.</param>
    /// <param name="first">The wait after the first.</param>
    /// <param name="longest">No wait is longer.</param>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest)
    {
        var doublings = Math.Clamp(failures - 1, 0, MaxDoublings);
        var milliseconds = first.TotalMilliseconds * Math.Pow(2, doublings);
        return milliseconds < longest.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : longest;
    }
}
