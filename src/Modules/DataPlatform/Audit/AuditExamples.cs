using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>The first event of each thing in the story that the API's examples tell.</summary>
internal static class AuditExamples
{
    public static readonly ReservationCreated Created = new()
    {
        OccurredAt = Examples.HeldAt,
        ReservationId = Examples.ReservationId,
        UserId = Examples.CustomerId,
        ConcertId = Examples.ConcertId,
        SeatId = Examples.SeatIds[0],
        SeatIds = Examples.SeatIds,
        Amount = new Money(Examples.TotalWon),
        UserEmail = Examples.Email,
        Language = Languages.Korean,
        ConcertName = Examples.ConcertName,
        HeldUntil = Examples.HeldUntil,
    };

    public static readonly PaymentStarted Started = new()
    {
        OccurredAt = Examples.HeldAt,
        PaymentId = Examples.PaymentId,
        ReservationId = Examples.ReservationId,
        UserId = Examples.CustomerId,
        Amount = new Money(Examples.TotalWon),
        PaymentMethod = PaymentMethods.Card,
    };

    public static readonly ConcertScheduled Scheduled = new()
    {
        OccurredAt = ConcertState.Example.ScheduledAt!.Value,
        ConcertId = Examples.ConcertId,
        ConcertName = Examples.ConcertName,
        Artist = Examples.Artist,
        Venue = Examples.Venue,
        StartsAt = Examples.StartsAt,
        BookingStartTime = Examples.BookingStartTime,
        TotalSeats = Examples.TotalSeats,
        TicketsPerCustomer = Examples.TicketsPerCustomer,
        HoldSeconds = Examples.HoldSeconds,
        Sections = ConcertState.Example.Sections,
    };

    public static readonly UserSignedUp SignedUp = new()
    {
        OccurredAt = CustomerState.Example.SignedUpAt!.Value,
        UserId = Examples.CustomerId,
        Email = Examples.Email,
        Name = Examples.CustomerName,
        Language = Languages.Korean,
    };
}
