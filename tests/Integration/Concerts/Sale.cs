using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Concerts;

/// <summary>One reservation's events, as Reservations would publish them.</summary>
internal sealed record Sale(long ReservationId, long ConcertId, int Seats)
{
    public static readonly DateTimeOffset Opening = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    private static long _lastReservation;

    public static Sale Of(long concertId, int seats = 1) =>
        new(Interlocked.Increment(ref _lastReservation), concertId, seats);

    public ReservationConfirmed Confirmed(DateTimeOffset at) =>
        new()
        {
            OccurredAt = at,
            Version = 2,
            ReservationId = ReservationId,
            UserId = 9,
            ConcertId = ConcertId,
            SeatIds = SeatIds(),
            Amount = new Money(1000),
            PaymentId = ReservationId,
            UserEmail = "kim@example.org",
            Language = "ko",
            ConcertName = "Night",
        };

    public ReservationCancelled Cancelled(bool wasConfirmed = true) =>
        new()
        {
            OccurredAt = Opening.AddHours(2),
            Version = 3,
            ReservationId = ReservationId,
            UserId = 9,
            ConcertId = ConcertId,
            SeatIds = SeatIds(),
            Amount = new Money(1000),
            PaymentId = wasConfirmed ? ReservationId : null,
            WasConfirmed = wasConfirmed,
            Reason = "by the customer",
            UserEmail = "kim@example.org",
            Language = "ko",
            ConcertName = "Night",
        };

    private long[] SeatIds() => [.. Enumerable.Range(1, Seats).Select(i => (long)i)];
}
