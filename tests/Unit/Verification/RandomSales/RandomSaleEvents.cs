using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>What the sale tells of payments and of how reservations end by them.</summary>
internal sealed partial class RandomSale
{
    private ReservationConfirmed Sold(Booking booking) =>
        new()
        {
            OccurredAt = _now,
            ReservationId = booking.Id,
            UserId = booking.Person.Id,
            ConcertId = booking.Show.Id,
            SeatIds = [.. booking.Chairs.Select(c => c.Id)],
            Amount = new Money(booking.Amount),
            PaymentId = booking.PaidBy!.Value,
            UserEmail = booking.Person.Email,
            Language = booking.Person.Language,
            ConcertName = booking.Show.Name,
        };

    private ReservationConfirmationFailed NotSold(Attempt attempt) =>
        new()
        {
            OccurredAt = _now,
            ReservationId = attempt.Booking.Id,
            UserId = attempt.Person.Id,
            ConcertId = attempt.Booking.Show.Id,
            PaymentId = attempt.Id,
            Amount = new Money(attempt.Booking.Amount),
            Reason = "gone",
        };

    private PaymentEvent Of<T>(Attempt attempt)
        where T : PaymentEvent
    {
        var (booking, amount) = (attempt.Booking.Id, new Money(attempt.Booking.Amount));
        var (id, user, method) = (attempt.Id, attempt.Person.Id, attempt.Method);
        return typeof(T) == typeof(PaymentStarted)
            ? new PaymentStarted
            {
                OccurredAt = _now,
                PaymentId = id,
                ReservationId = booking,
                UserId = user,
                Amount = amount,
                PaymentMethod = method,
            }
            : new PaymentCompleted
            {
                OccurredAt = _now,
                PaymentId = id,
                ReservationId = booking,
                UserId = user,
                Amount = amount,
                PaymentMethod = method,
            };
    }

    private PaymentEvent Of<T>(Attempt attempt, string reason)
        where T : PaymentEvent
    {
        var (booking, amount) = (attempt.Booking.Id, new Money(attempt.Booking.Amount));
        var (id, user, method) = (attempt.Id, attempt.Person.Id, attempt.Method);
        if (typeof(T) == typeof(PaymentFailed))
        {
            return new PaymentFailed
            {
                OccurredAt = _now,
                PaymentId = id,
                ReservationId = booking,
                UserId = user,
                Amount = amount,
                PaymentMethod = method,
                Reason = reason,
            };
        }

        return typeof(T) == typeof(PaymentRefundRequested)
            ? new PaymentRefundRequested
            {
                OccurredAt = _now,
                PaymentId = id,
                ReservationId = booking,
                UserId = user,
                Amount = amount,
                PaymentMethod = method,
                Reason = reason,
            }
            : new PaymentRefunded
            {
                OccurredAt = _now,
                PaymentId = id,
                ReservationId = booking,
                UserId = user,
                Amount = amount,
                PaymentMethod = method,
                Reason = reason,
            };
    }
}
