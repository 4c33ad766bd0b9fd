using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>A payment attempt as its events tell it.</summary>
/// <param name="Amount">In won.</param>
/// <param name="Method">POINT or CARD.</param>
/// <param name="Status">
/// STARTED, COMPLETED, FAILED, REFUND_REQUESTED or REFUNDED. STARTED until an event says otherwise:
/// that a provider's answer is UNKNOWN is none.
/// </param>
/// <param name="Reason">Why it failed or is refunded.</param>
internal sealed record PaymentState(
    long PaymentId,
    long ReservationId,
    long CustomerId,
    long Amount,
    string Method,
    string? Status,
    DateTimeOffset? StartedAt,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? FailedAt,
    DateTimeOffset? RefundRequestedAt,
    DateTimeOffset? RefundedAt,
    string? Reason
)
{
    public static readonly PaymentState Example = new(
        Examples.PaymentId,
        Examples.ReservationId,
        Examples.CustomerId,
        Examples.TotalWon,
        PaymentMethods.Card,
        PaymentStatuses.Started,
        Examples.HeldAt,
        CompletedAt: null,
        FailedAt: null,
        RefundRequestedAt: null,
        RefundedAt: null,
        Reason: null
    );

    public static string KeyOf(long id) => $"payment-{id}";

    public static PaymentState Fold(PaymentState? known, DomainEvent happened)
    {
        var told = (PaymentEvent)happened;
        var before = known ?? Unknown(told);
        return told switch
        {
            PaymentStarted e => before with
            {
                Status = PaymentStatuses.Started,
                StartedAt = e.OccurredAt,
            },
            PaymentCompleted e => before with
            {
                Status = PaymentStatuses.Completed,
                CompletedAt = e.OccurredAt,
            },
            PaymentFailed e => before with
            {
                Status = PaymentStatuses.Failed,
                FailedAt = e.OccurredAt,
                Reason = e.Reason,
            },
            PaymentRefundRequested e => before with
            {
                Status = PaymentStatuses.RefundRequested,
                RefundRequestedAt = e.OccurredAt,
                Reason = e.Reason,
            },
            PaymentRefunded e => before with
            {
                Status = PaymentStatuses.Refunded,
                RefundedAt = e.OccurredAt,
                Reason = e.Reason,
            },
            _ => before,
        };
    }

    private static PaymentState Unknown(PaymentEvent told) =>
        new(
            told.PaymentId,
            told.ReservationId,
            told.UserId,
            told.Amount.Won,
            told.PaymentMethod,
            Status: null,
            StartedAt: null,
            CompletedAt: null,
            FailedAt: null,
            RefundRequestedAt: null,
            RefundedAt: null,
            Reason: null
        );
}
