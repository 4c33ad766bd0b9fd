namespace ConcertReservation.BuildingBlocks;

/// <summary>What every health check keeps to.</summary>
public static class HealthLimits
{
    /// <summary>A check that has no answer by then has failed.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(2);
}
