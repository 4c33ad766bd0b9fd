using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Ranking;

/// <summary>Section <c>Ranking</c>.</summary>
internal sealed class RankingOptions
{
    /// <summary>How long one call to Redis may take.</summary>
    [Range(10, 60_000)]
    public int RedisTimeoutMilliseconds { get; init; } = 2_000;

    /// <summary>How often it is checked that Redis still has what was applied.</summary>
    [Range(10, 60_000)]
    public int CheckMilliseconds { get; init; } = 1_000;

    /// <summary>A host that rebuilds and falls silent is replaced after this long.</summary>
    [Range(1_000, 600_000)]
    public int RebuildLeaseMilliseconds { get; init; } = 30_000;

    /// <summary>Updates of the history sent to Redis in one script.</summary>
    [Range(1, 10_000)]
    public int RebuildPageUpdates { get; init; } = 500;
}
