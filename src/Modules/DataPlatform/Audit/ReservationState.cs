using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>A reservation as its events tell it.</summary>
/// <param name="Status">
/// HELD, CONFIRMED, EXPIRED or CANCELLED. HELD until an event says otherwise: that a payment is
/// under way is none. null where only later events have come.
/// </param>
/// <param name="Amount">In won.</param>
/// <param name="HeldUntil">As the hold began; a payment's start may have extended it.</param>
/// <param name="PaymentId">The payment whose money came for it; null where none did.</param>
/// <param name="Reason">Why it was cancelled.</param>
/// <param name="RefusedPayments">Money that came when the seats could not be given.</param>
internal sealed record ReservationState(
    long ReservationId,
    long ConcertId,
    string? ConcertName,
    long CustomerId,
    string? Status,
    IReadOnlyList<long> SeatIds,
    long? Amount,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? HeldUntil,
    DateTimeOffset? ConfirmedAt,
    DateTimeOffset? EndedAt,
    long? PaymentId,
    string? Reason,
    IReadOnlyList<RefusedPayment> RefusedPayments
)
{
    public static readonly ReservationState Example = new(
        Examples.ReservationId,
        Examples.ConcertId,
        Examples.ConcertName,
        Examples.CustomerId,
        ReservationStatuses.Held,
        Examples.SeatIds,
        Examples.TotalWon,
        Examples.HeldAt,
        Examples.HeldUntil,
        ConfirmedAt: null,
        EndedAt: null,
        PaymentId: null,
        Reason: null,
        []
    );

    public static string KeyOf(long id) => $"reservation-{id}";

    public static ReservationState Fold(ReservationState? known, DomainEvent happened)
    {
        var told = (ReservationEvent)happened;
        var before = known ?? Unknown(told);
        return told switch
        {
            ReservationCreated e => before with
            {
                ConcertName = e.ConcertName,
                Status = ReservationStatuses.Held,
                SeatIds = e.SeatIds,
                Amount = e.Amount.Won,
                CreatedAt = e.OccurredAt,
                HeldUntil = e.HeldUntil,
            },
            // A lapsed hold whose money came late may be sold: it has not ended after all.
            ReservationConfirmed e => before with
            {
                ConcertName = e.ConcertName,
                Status = ReservationStatuses.Confirmed,
                SeatIds = e.SeatIds,
                Amount = e.Amount.Won,
                ConfirmedAt = e.OccurredAt,
                EndedAt = null,
                PaymentId = e.PaymentId,
            },
            ReservationConfirmationFailed e => before with
            {
                Amount = e.Amount.Won,
                RefusedPayments =
                [
                    .. before.RefusedPayments,
                    new RefusedPayment(e.PaymentId, e.Reason, e.OccurredAt),
                ],
            },
            ReservationExpired e => before with
            {
                ConcertName = e.ConcertName,
                Status = ReservationStatuses.Expired,
                SeatIds = e.SeatIds,
                EndedAt = e.OccurredAt,
            },
            ReservationCancelled e => before with
            {
                ConcertName = e.ConcertName,
                Status = ReservationStatuses.Cancelled,
                SeatIds = e.SeatIds,
                Amount = e.Amount.Won,
                EndedAt = e.OccurredAt,
                PaymentId = e.PaymentId,
                Reason = e.Reason,
            },
            _ => before,
        };
    }

    private static ReservationState Unknown(ReservationEvent told) =>
        new(
            told.ReservationId,
            told.ConcertId,
            ConcertName: null,
            told.UserId,
            Status: null,
            [],
            Amount: null,
            CreatedAt: null,
            HeldUntil: null,
            ConfirmedAt: null,
            EndedAt: null,
            PaymentId: null,
            Reason: null,
            []
        );
}

/// <param name="Reason">Why the seats could not be given.</param>
internal sealed record RefusedPayment(long PaymentId, string Reason, DateTimeOffset RefusedAt);
