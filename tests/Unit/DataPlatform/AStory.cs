using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.DataPlatform;

/// <summary>The events of one reservation that expired and was sold after all.</summary>
internal static class AStory
{
    public const long Reservation = 5;
    public const long Customer = 7;
    public const long Concert = 11;

    private static readonly long[] Seats = [21, 22];

    public static ReservationCreated Created(DateTimeOffset at) =>
        new()
        {
            OccurredAt = at,
            Version = 1,
            ReservationId = Reservation,
            UserId = Customer,
            ConcertId = Concert,
            SeatId = Seats[0],
            SeatIds = Seats,
            Amount = new Money(300_000),
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "Winter",
            HeldUntil = at.AddMinutes(5),
        };

    public static ReservationExpired Expired(DateTimeOffset at) =>
        new()
        {
            OccurredAt = at,
            Version = 2,
            ReservationId = Reservation,
            UserId = Customer,
            ConcertId = Concert,
            SeatIds = Seats,
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "Winter",
        };

    public static ReservationConfirmed Confirmed(DateTimeOffset at) =>
        new()
        {
            OccurredAt = at,
            Version = 3,
            ReservationId = Reservation,
            UserId = Customer,
            ConcertId = Concert,
            SeatIds = Seats,
            Amount = new Money(300_000),
            PaymentId = 9,
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "Winter",
        };

    public static ReservationCancelled Cancelled(DateTimeOffset at, bool wasConfirmed) =>
        new()
        {
            OccurredAt = at,
            Version = 4,
            ReservationId = Reservation,
            UserId = Customer,
            ConcertId = Concert,
            SeatIds = Seats,
            Amount = new Money(300_000),
            PaymentId = 9,
            WasConfirmed = wasConfirmed,
            Reason = "customer",
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "Winter",
        };
}
