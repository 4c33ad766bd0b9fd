using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.DataPlatform;

/// <summary>Section <c>DataPlatform</c>.</summary>
internal sealed class DataPlatformOptions
{
    /// <summary>How often it is checked that the statistics are to be built anew.</summary>
    [Range(10, 60_000)]
    public int RebuildCheckMilliseconds { get; init; } = 1_000;

    /// <summary>Events counted in one transaction; the last of them holds up live ones.</summary>
    [Range(1, 10_000)]
    public int RebuildPageEvents { get; init; } = 2_000;

    /// <summary>
    /// How long the last step waits for a lock, and everybody behind it: less than the server's
    /// deadlock_timeout of a second, so that it gives way, and no reader or autovacuum has to.
    /// </summary>
    [Range(10, 900)]
    public int RebuildLockMilliseconds { get; init; } = 300;

    /// <summary>Before the last step is tried again, after it could not get a lock.</summary>
    [Range(10, 600_000)]
    public int RebuildRetryMilliseconds { get; init; } = 5_000;
}
