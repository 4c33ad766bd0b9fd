using System.ComponentModel.DataAnnotations;
using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Payments;

/// <summary>Section <c>Payments</c>.</summary>
internal sealed class PaymentsOptions
{
    public const string Section = "Payments";

    /// <summary>
    /// A card payment that the customer never comes back to ends after this long.
    /// </summary>
    [Range(1, 3_600)]
    public int AbandonAfterSeconds { get; init; } = 180;

    /// <summary>
    /// Each card that fails gives the hold another minute: after so many only points pay for it.
    /// </summary>
    [Range(1, 1_000)]
    public int MaxDeclines { get; init; } = 5;

    /// <summary>Payments by points that wait for their turn; more are answered 503.</summary>
    [Range(1, 100_000)]
    public int PointQueueCapacity { get; init; } = 4_096;

    /// <summary>Payments by points in one transaction; 0: each has its own.</summary>
    [Range(0, 1_024)]
    public int PointBatchSize { get; init; } = 256;

    /// <summary>
    /// How long such a transaction waits for others' locks before each payment goes its own way.
    /// </summary>
    [Range(1, 10_000)]
    public int PointLockTimeoutMilliseconds { get; init; } = 500;

    /// <summary>How often each host looks for payments to reconcile and to refund.</summary>
    [Range(10, 60_000)]
    public int PollMilliseconds { get; init; } = 500;

    /// <summary>The first wait after the provider could not tell; doubles each time.</summary>
    [Range(10, 60_000)]
    public int RetryMilliseconds { get; init; } = 1_000;

    /// <summary>The longest wait between two questions to the provider.</summary>
    [Range(1, 3_600)]
    public int MaxRetrySeconds { get; init; } = 60;

    /// <summary>
    /// A payment or refund that so many waits have brought no outcome is told in the log.
    /// </summary>
    [Range(1, 10_000)]
    public int WarnAfterChecks { get; init; } = 10;

    /// <summary>How often each host counts the payments that have not ended, for metrics.</summary>
    [Range(1, 3_600)]
    public int MeasureSeconds { get; init; } = 5;

    public TimeSpan AbandonAfter => TimeSpan.FromSeconds(AbandonAfterSeconds);
    public TimeSpan MeasureInterval => TimeSpan.FromSeconds(MeasureSeconds);
    public TimeSpan Poll => TimeSpan.FromMilliseconds(PollMilliseconds);

    /// <summary>The wait after so many checks without an outcome.</summary>
    public TimeSpan DelayAfter(int checks) =>
        Backoff.After(
            checks + 1,
            TimeSpan.FromMilliseconds(RetryMilliseconds),
            TimeSpan.FromSeconds(MaxRetrySeconds)
        );
}
