using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Reservations;

/// <summary>Section <c>Reservations</c>.</summary>
internal sealed class ReservationsOptions
{
    public const string Section = "Reservations";

    /// <summary>Holds that wait for the writer; more are answered 503.</summary>
    [Range(1, 100_000)]
    public int HoldQueueCapacity { get; init; } = 4096;

    /// <summary>Holds decided in one transaction.</summary>
    [Range(1, 1024)]
    public int HoldBatchSize { get; init; } = 512;

    /// <summary>
    /// How long a batch waits for others' locks before it goes on without the holds that need them.
    /// </summary>
    [Range(10, 60_000)]
    public int HoldLockTimeoutMilliseconds { get; init; } = 500;

    /// <summary>How long such a hold waits before its customer is told to come again.</summary>
    [Range(10, 60_000)]
    public int HoldPatienceMilliseconds { get; init; } = 5000;

    public TimeSpan HoldPatience => TimeSpan.FromMilliseconds(HoldPatienceMilliseconds);

    /// <summary>Pause between two looks for lapsed holds.</summary>
    [Range(50, 60_000)]
    public int SweepIntervalMilliseconds { get; init; } = 500;

    /// <summary>Pause between two looks for answers that need not be kept any longer.</summary>
    [Range(1, 3600)]
    public int IdempotencySweepSeconds { get; init; } = 60;

    /// <summary>Reservations that one transaction of the sweeper ends.</summary>
    [Range(1, 5000)]
    public int SweepBatchSize { get; init; } = 500;

    /// <summary>
    /// What is paid can be cancelled by its customer until so many hours before its concert.
    /// </summary>
    [Range(0, 24 * 365)]
    public int CancellationNoticeHours { get; init; } = 24;

    /// <summary>Until then what is paid can be cancelled.</summary>
    public DateTimeOffset CancellableUntil(DateTimeOffset startsAt) =>
        startsAt - TimeSpan.FromHours(CancellationNoticeHours);

    /// <summary>The time a customer has left at least when a payment starts.</summary>
    [Range(1, 900)]
    public int PaymentExtensionSeconds { get; init; } = 120;

    /// <summary>The time a customer has left at least when a payment failed.</summary>
    [Range(1, 900)]
    public int PaymentRetrySeconds { get; init; } = 60;
}
