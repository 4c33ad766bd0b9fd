using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using ConcertReservation.Verification.Loading;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>The events of the small sale.</summary>
internal static partial class SmallSale
{
    public static TopicEvent Event(DomainEvent happened, long version)
    {
        var body = EventCatalogue.Serialize(happened);
        return Reading.Event(
            happened.Topic,
            happened.Key,
            happened.EventId,
            happened.EventType,
            version,
            body
        );
    }

    public static ReservationCreated Created(
        long id,
        long customer,
        long[] seats,
        int atSecond,
        int holdSeconds = 30
    ) =>
        new()
        {
            OccurredAt = Start.AddSeconds(atSecond),
            ReservationId = id,
            UserId = customer,
            ConcertId = Concert,
            SeatId = seats[0],
            SeatIds = seats,
            Amount = new Money(100 * seats.Length),
            UserEmail = "someone@example.com",
            Language = "en",
            ConcertName = "Winter",
            HeldUntil = Start.AddSeconds(atSecond + holdSeconds),
        };

    public static ReservationConfirmed Confirmed(
        long id,
        long customer,
        long[] seats,
        long payment,
        int atSecond
    ) =>
        new()
        {
            OccurredAt = Start.AddSeconds(atSecond),
            ReservationId = id,
            UserId = customer,
            ConcertId = Concert,
            SeatIds = seats,
            Amount = new Money(100 * seats.Length),
            PaymentId = payment,
            UserEmail = "someone@example.com",
            Language = "en",
            ConcertName = "Winter",
        };

    public static UserSignedUp SignedUp(long customer, string name, string language) =>
        new()
        {
            OccurredAt = Start,
            UserId = customer,
            Email = $"{name}@example.com",
            Name = name,
            Language = language,
        };

    private static ConcertScheduled Scheduled() =>
        new()
        {
            OccurredAt = Start,
            ConcertId = Concert,
            ConcertName = "Winter",
            Artist = "Band",
            Venue = "Hall",
            StartsAt = Start.AddDays(30),
            BookingStartTime = Start,
            TotalSeats = 4,
            TicketsPerCustomer = 2,
            HoldSeconds = 30,
            Sections =
            [
                new()
                {
                    Name = "A",
                    Price = new Money(100),
                    Rows = 1,
                    SeatsPerRow = 4,
                },
            ],
        };

    private static ConcertSoldOut SoldOut() =>
        new()
        {
            OccurredAt = Start.AddSeconds(21),
            ConcertId = Concert,
            ConcertName = "Winter",
            SoldOutTime = Start.AddSeconds(20),
            BookingStartTime = Start,
            TotalSeats = 4,
        };

    public static ReservationCancelled Ended(
        long id,
        long customer,
        long seat,
        int atSecond = 10
    ) =>
        new()
        {
            OccurredAt = Start.AddSeconds(atSecond),
            ReservationId = id,
            UserId = customer,
            ConcertId = Concert,
            SeatIds = [seat],
            Amount = new Money(100),
            WasConfirmed = false,
            Reason = "customer",
            UserEmail = "someone@example.com",
            Language = "en",
            ConcertName = "Winter",
        };

    public static ReservationConfirmationFailed NotSold(
        long id,
        long customer,
        long payment,
        int atSecond
    ) =>
        new()
        {
            OccurredAt = Start.AddSeconds(atSecond),
            ReservationId = id,
            UserId = customer,
            ConcertId = Concert,
            PaymentId = payment,
            Amount = new Money(100),
            Reason = "gone",
        };

    public static ReservationExpired Lapsed(long id, long customer, long seat, int atSecond = 12) =>
        new()
        {
            OccurredAt = Start.AddSeconds(atSecond),
            ReservationId = id,
            UserId = customer,
            ConcertId = Concert,
            SeatIds = [seat],
            UserEmail = "someone@example.com",
            Language = "en",
            ConcertName = "Winter",
        };

    public static PaymentFailed Failed(
        long id,
        long reservation,
        long customer,
        int atSecond = 17
    ) =>
        new()
        {
            OccurredAt = Start.AddSeconds(atSecond),
            PaymentId = id,
            ReservationId = reservation,
            UserId = customer,
            Amount = new Money(100),
            PaymentMethod = "CARD",
            Reason = "declined",
        };

    public static PaymentEvent Payment<T>(
        long id,
        long reservation,
        long customer,
        long amount,
        string method,
        int atSecond
    )
        where T : PaymentEvent
    {
        var at = Start.AddSeconds(atSecond);
        return typeof(T) == typeof(PaymentStarted)
            ? new PaymentStarted
            {
                OccurredAt = at,
                PaymentId = id,
                ReservationId = reservation,
                UserId = customer,
                Amount = new Money(amount),
                PaymentMethod = method,
            }
            : new PaymentCompleted
            {
                OccurredAt = at,
                PaymentId = id,
                ReservationId = reservation,
                UserId = customer,
                Amount = new Money(amount),
                PaymentMethod = method,
            };
    }
}
