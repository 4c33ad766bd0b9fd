using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

/// <summary>What a reservation tells the others, as it is after the change.</summary>
internal static class ReservationEvents
{
    public static ReservationCreated Created(this Reservation reservation, DateTimeOffset now)
    {
        var facts = reservation.Facts;
        return new ReservationCreated
        {
            OccurredAt = now,
            Version = reservation.Version,
            ReservationId = facts.Id,
            UserId = facts.CustomerId,
            ConcertId = facts.ConcertId,
            SeatId = facts.SeatIds[0],
            SeatIds = facts.SeatIds,
            Amount = facts.TotalAmount,
            UserEmail = facts.UserEmail,
            Language = facts.Language,
            ConcertName = facts.ConcertName,
            HeldUntil = reservation.HeldUntil,
        };
    }

    public static ReservationConfirmed Confirmed(
        this Reservation reservation,
        long paymentId,
        DateTimeOffset now
    )
    {
        var facts = reservation.Facts;
        return new ReservationConfirmed
        {
            OccurredAt = now,
            Version = reservation.Version,
            ReservationId = facts.Id,
            UserId = facts.CustomerId,
            ConcertId = facts.ConcertId,
            SeatIds = facts.SeatIds,
            Amount = facts.TotalAmount,
            PaymentId = paymentId,
            UserEmail = facts.UserEmail,
            Language = facts.Language,
            ConcertName = facts.ConcertName,
        };
    }

    public static ReservationConfirmationFailed ConfirmationFailed(
        this Reservation reservation,
        long paymentId,
        string reason,
        DateTimeOffset now
    )
    {
        var facts = reservation.Facts;
        return new ReservationConfirmationFailed
        {
            OccurredAt = now,
            Version = reservation.Version,
            ReservationId = facts.Id,
            UserId = facts.CustomerId,
            ConcertId = facts.ConcertId,
            PaymentId = paymentId,
            Amount = facts.TotalAmount,
            Reason = reason,
        };
    }

    public static ReservationExpired Expired(this Reservation reservation, DateTimeOffset now)
    {
        var facts = reservation.Facts;
        return new ReservationExpired
        {
            OccurredAt = now,
            Version = reservation.Version,
            ReservationId = facts.Id,
            UserId = facts.CustomerId,
            ConcertId = facts.ConcertId,
            SeatIds = facts.SeatIds,
            UserEmail = facts.UserEmail,
            Language = facts.Language,
            ConcertName = facts.ConcertName,
        };
    }

    public static ReservationCancelled Cancelled(
        this Reservation reservation,
        string reason,
        bool wasConfirmed,
        long? paidWith,
        DateTimeOffset now
    )
    {
        var facts = reservation.Facts;
        return new ReservationCancelled
        {
            OccurredAt = now,
            Version = reservation.Version,
            ReservationId = facts.Id,
            UserId = facts.CustomerId,
            ConcertId = facts.ConcertId,
            SeatIds = facts.SeatIds,
            Amount = facts.TotalAmount,
            PaymentId = paidWith,
            WasConfirmed = wasConfirmed,
            Reason = reason,
            UserEmail = facts.UserEmail,
            Language = facts.Language,
            ConcertName = facts.ConcertName,
        };
    }
}
