namespace ConcertReservation.PaymentSandbox;

/// <summary>
/// A payment at the provider, as its file keeps it: each change is a new line, the last one counts.
/// </summary>
/// <param name="Status">
/// IN_PROGRESS, WAITING_FOR_DEPOSIT, DONE, PARTIAL_CANCELED, ABORTED, CANCELED or EXPIRED, as at
/// Toss Payments.
/// </param>
/// <param name="Attempts">Confirmations that were tried.</param>
/// <param name="CancelAttempts">Cancellations that were tried.</param>
/// <param name="ConfirmedBy">
/// The Idempotency-Key under which the money was taken or declined, or is being taken.
/// </param>
/// <param name="CanceledBy">The Idempotency-Key under which it, or a part, went back last.</param>
/// <param name="Cancels">What went back, part by part; null: nothing.</param>
internal sealed record CardPayment(
    string PaymentKey,
    string OrderId,
    long Amount,
    string CardNumber,
    string Status,
    DateTimeOffset RequestedAt,
    DateTimeOffset? ApprovedAt = null,
    int Attempts = 0,
    int CancelAttempts = 0,
    string? ConfirmedBy = null,
    string? CanceledBy = null,
    IReadOnlyList<CardCancel>? Cancels = null
)
{
    public const string InProgress = "IN_PROGRESS";
    public const string WaitingForDeposit = "WAITING_FOR_DEPOSIT";
    public const string Done = "DONE";
    public const string PartialCanceled = "PARTIAL_CANCELED";
    public const string Aborted = "ABORTED";
    public const string Canceled = "CANCELED";
    public const string Expired = "EXPIRED";

    /// <summary>The payment as it is now: one that was not confirmed in time has expired.</summary>
    public CardPayment AsOf(DateTimeOffset now, TimeSpan expireAfter) =>
        Status == InProgress && now - RequestedAt > expireAfter
            ? this with
            {
                Status = Expired,
            }
            : this;

    public TestCard Card => TestCard.Find(CardNumber)!;

    /// <summary>Its money is being taken.</summary>
    public bool IsWorkedOn => Status == InProgress && ConfirmedBy is not null;

    /// <summary>Its money was taken, whatever became of it since.</summary>
    public bool HadMoney => Status is Done or PartialCanceled or Canceled;

    /// <summary>Whoever looks for it finds it.</summary>
    public bool IsSeen => Card.Behaviour != CardBehaviour.WorkOnUnseen || HadMoney;

    /// <summary>
    /// Won that may be cancelled; as at Toss Payments all of them also where none was taken.
    /// </summary>
    public long Balance =>
        Status == Canceled ? 0 : Amount - (Cancels?.Sum(c => c.CancelAmount) ?? 0);
}

/// <summary>Some of a payment, or all of it, that went back.</summary>
/// <param name="CancelAmount">In won.</param>
internal sealed record CardCancel(long CancelAmount, string CancelReason);
