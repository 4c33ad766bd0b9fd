using ConcertReservation.Contracts;

namespace ConcertReservation.ContractDocs;

/// <summary>
/// One event of each type: the examples of the contract, whose JSON tests/Unit/Golden keeps.
/// </summary>
internal static class EventSamples
{
    private static readonly Guid EventId = Guid.Parse("0193a7c1-6f00-7a3b-8c4d-0123456789ab");
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Noon.AddMicroseconds(123456);

    public static IReadOnlyList<DomainEvent> All { get; } =
    [
        new UserSignedUp
        {
            EventId = EventId,
            OccurredAt = Now,
            UserId = 42,
            Email = "mina@example.com",
            Name = "김미나",
            Language = "ko",
        },
        new UserChanged
        {
            EventId = EventId,
            OccurredAt = Now,
            UserId = 42,
            Email = "mina@example.org",
            Name = "김미나",
            Language = "en",
            PreviousEmail = "mina@example.com",
        },
        new UserDeleted
        {
            EventId = EventId,
            OccurredAt = Now,
            UserId = 42,
            Email = "mina@example.org",
            Language = "en",
        },
        .. Concerts(),
        .. Reservations(),
        .. Payments(),
    ];

    private static IEnumerable<DomainEvent> Concerts()
    {
        yield return new ConcertScheduled
        {
            EventId = EventId,
            OccurredAt = Now,
            ConcertId = 7,
            ConcertName = "봄의 소리",
            Artist = "The <Quotes> & \"Friends\"",
            Venue = "Seoul",
            StartsAt = Noon.AddDays(30),
            BookingStartTime = Noon.AddDays(1),
            TotalSeats = 60,
            TicketsPerCustomer = 4,
            HoldSeconds = 300,
            Sections =
            [
                new SectionPlan
                {
                    Name = "A",
                    Price = new Money(150_000),
                    Rows = 6,
                    SeatsPerRow = 10,
                },
            ],
        };
        yield return new ConcertChanged
        {
            EventId = EventId,
            OccurredAt = Now,
            ConcertId = 7,
            ConcertName = "봄의 소리",
            Venue = "Busan",
            BookingStartTime = Noon.AddDays(2),
        };
        yield return new ConcertCancelled
        {
            EventId = EventId,
            OccurredAt = Now,
            ConcertId = 7,
            ConcertName = "봄의 소리",
            Reason = "Illness",
        };
        yield return new ConcertSoldOut
        {
            EventId = EventId,
            OccurredAt = Now,
            ConcertId = 7,
            ConcertName = "봄의 소리",
            SoldOutTime = Noon,
            BookingStartTime = Noon.AddHours(-1),
            TotalSeats = 60,
        };
        yield return new ConcertReopened
        {
            EventId = EventId,
            OccurredAt = Now,
            ConcertId = 7,
            ConcertName = "봄의 소리",
            AvailableSeats = 2,
        };
    }

    private static IEnumerable<DomainEvent> Reservations()
    {
        yield return new ReservationCreated
        {
            EventId = EventId,
            OccurredAt = Now,
            ReservationId = 12345,
            UserId = 42,
            ConcertId = 7,
            SeatId = 1001,
            SeatIds = [1001, 1002],
            Amount = new Money(300_000),
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "봄의 소리",
            HeldUntil = Noon.AddMinutes(5),
        };
        yield return new ReservationConfirmed
        {
            EventId = EventId,
            OccurredAt = Now,
            ReservationId = 12345,
            UserId = 42,
            ConcertId = 7,
            SeatIds = [1001, 1002],
            Amount = new Money(300_000),
            PaymentId = 99,
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "봄의 소리",
        };
        yield return new ReservationConfirmationFailed
        {
            EventId = EventId,
            OccurredAt = Now,
            ReservationId = 12345,
            UserId = 42,
            ConcertId = 7,
            PaymentId = 99,
            Amount = new Money(300_000),
            Reason = "SEATS_TAKEN",
        };
        yield return new ReservationExpired
        {
            EventId = EventId,
            OccurredAt = Now,
            ReservationId = 12345,
            UserId = 42,
            ConcertId = 7,
            SeatIds = [1001, 1002],
            UserEmail = "mina@example.com",
            Language = "en",
            ConcertName = "봄의 소리",
        };
        yield return new ReservationCancelled
        {
            EventId = EventId,
            OccurredAt = Now,
            ReservationId = 12345,
            UserId = 42,
            ConcertId = 7,
            SeatIds = [1001, 1002],
            Amount = new Money(300_000),
            PaymentId = null,
            WasConfirmed = false,
            Reason = "CUSTOMER",
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "봄의 소리",
        };
    }

    private static IEnumerable<DomainEvent> Payments()
    {
        yield return new PaymentStarted
        {
            EventId = EventId,
            OccurredAt = Now,
            PaymentId = 99,
            ReservationId = 12345,
            UserId = 42,
            Amount = new Money(300_000),
            PaymentMethod = "CARD",
        };
        yield return new PaymentCompleted
        {
            EventId = EventId,
            OccurredAt = Now,
            PaymentId = 99,
            ReservationId = 12345,
            UserId = 42,
            Amount = new Money(300_000),
            PaymentMethod = "CARD",
        };
        yield return new PaymentFailed
        {
            EventId = EventId,
            OccurredAt = Now,
            PaymentId = 99,
            ReservationId = 12345,
            UserId = 42,
            Amount = new Money(300_000),
            PaymentMethod = "CARD",
            Reason = "CARD_DECLINED",
        };
        yield return new PaymentRefundRequested
        {
            EventId = EventId,
            OccurredAt = Now,
            PaymentId = 99,
            ReservationId = 12345,
            UserId = 42,
            Amount = new Money(300_000),
            PaymentMethod = "CARD",
            Reason = "CANCELLED",
        };
        yield return new PaymentRefunded
        {
            EventId = EventId,
            OccurredAt = Now,
            PaymentId = 99,
            ReservationId = 12345,
            UserId = 42,
            Amount = new Money(300_000),
            PaymentMethod = "CARD",
            Reason = "CANCELLED",
        };
    }
}
