namespace ConcertReservation.BuildingBlocks;

/// <summary>What every health check keeps to.</summary>
public static class HealthLimits
{
    /// <summary>A check that has no answer by then has failed.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(2);

    /// <summary>
    /// What a check waits for PostgreSQL, a little less, so that it can say so itself. A cancelled
    /// token would not do: the client then asks the same server to cancel, and waits for that.
    /// </summary>
    public static readonly TimeSpan Question = TimeSpan.FromSeconds(1.5);

    public const string NoAnswer = "does not answer";
}
