using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Messaging;

/// <summary>
/// Section <c>Outbox</c>: how long relayed rows are kept, and how much they may be.
/// </summary>
internal sealed class OutboxOptions
{
    public const string Section = "Outbox";

    /// <summary>
    /// A day is dropped this long after its end, when all groups have applied it.
    /// </summary>
    [Range(24, 24 * 365)]
    public int KeepHours { get; init; } = 24;

    /// <summary>Between two looks at the partitions.</summary>
    [Range(1, 12 * 60)]
    public int MaintenanceMinutes { get; init; } = 10;

    /// <summary>
    /// Waiting for a lock: whoever is in the way (a reader with an open transaction) delays the
    /// maintenance, and the maintenance nobody.
    /// </summary>
    [Range(10, 60_000)]
    public int LockTimeoutMilliseconds { get; init; } = 2_000;

    /// <summary>
    /// What the outbox may take of the database's disk. Nothing is refused beyond it; from four
    /// fifths on readiness is degraded, and the log warns.
    /// </summary>
    [Range(1, 100_000_000)]
    public int DiskBudgetMegabytes { get; init; } = 10_240;

    /// <summary>Between two looks at that.</summary>
    [Range(1, 3_600)]
    public int DiskMeasureSeconds { get; init; } = 10;
}
