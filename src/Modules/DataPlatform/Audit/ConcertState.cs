using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>A concert as its events tell it; its reservations tell what is sold.</summary>
/// <param name="Status">
/// SCHEDULED, SOLD_OUT or CANCELLED; null where only an edit has come.
/// </param>
/// <param name="SoldOutTime">When the last seat was confirmed; null unless sold out.</param>
/// <param name="Reason">Why it was cancelled.</param>
internal sealed record ConcertState(
    long ConcertId,
    string Name,
    string? Artist,
    string? Venue,
    string? Status,
    DateTimeOffset? StartsAt,
    DateTimeOffset? BookingStartTime,
    int? TotalSeats,
    int? TicketsPerCustomer,
    int? HoldSeconds,
    IReadOnlyList<SectionPlan> Sections,
    DateTimeOffset? ScheduledAt,
    DateTimeOffset? SoldOutTime,
    DateTimeOffset? CancelledAt,
    string? Reason
)
{
    public static readonly ConcertState Example = new(
        Examples.ConcertId,
        Examples.ConcertName,
        Examples.Artist,
        Examples.Venue,
        ConcertStatuses.Scheduled,
        Examples.StartsAt,
        Examples.BookingStartTime,
        Examples.TotalSeats,
        Examples.TicketsPerCustomer,
        Examples.HoldSeconds,
        [
            new SectionPlan
            {
                Name = Examples.Section,
                Price = new Money(Examples.PriceWon),
                Rows = 20,
                SeatsPerRow = 55,
            },
        ],
        Examples.BookingStartTime.AddDays(-7),
        SoldOutTime: null,
        CancelledAt: null,
        Reason: null
    );

    public static string KeyOf(long id) => $"concert-{id}";

    public static ConcertState Fold(ConcertState? known, DomainEvent happened)
    {
        var told = (ConcertEvent)happened;
        var before = (known ?? Unknown(told)) with { Name = told.ConcertName };
        return told switch
        {
            ConcertScheduled e => before with
            {
                Artist = e.Artist,
                Venue = e.Venue,
                Status = ConcertStatuses.Scheduled,
                StartsAt = e.StartsAt,
                BookingStartTime = e.BookingStartTime,
                TotalSeats = e.TotalSeats,
                TicketsPerCustomer = e.TicketsPerCustomer,
                HoldSeconds = e.HoldSeconds,
                Sections = e.Sections,
                ScheduledAt = e.OccurredAt,
            },
            ConcertChanged e => before with
            {
                Artist = e.Artist ?? before.Artist,
                Venue = e.Venue ?? before.Venue,
                StartsAt = e.StartsAt ?? before.StartsAt,
                BookingStartTime = e.BookingStartTime ?? before.BookingStartTime,
            },
            ConcertSoldOut e => before with
            {
                Status = ConcertStatuses.SoldOut,
                SoldOutTime = e.SoldOutTime,
                BookingStartTime = e.BookingStartTime,
                TotalSeats = e.TotalSeats,
            },
            ConcertReopened => before with
            {
                Status = ConcertStatuses.Scheduled,
                SoldOutTime = null,
            },
            ConcertCancelled e => before with
            {
                Status = ConcertStatuses.Cancelled,
                SoldOutTime = null,
                CancelledAt = e.OccurredAt,
                Reason = e.Reason,
            },
            _ => before,
        };
    }

    private static ConcertState Unknown(ConcertEvent told) =>
        new(
            told.ConcertId,
            told.ConcertName,
            Artist: null,
            Venue: null,
            Status: null,
            StartsAt: null,
            BookingStartTime: null,
            TotalSeats: null,
            TicketsPerCustomer: null,
            HoldSeconds: null,
            [],
            ScheduledAt: null,
            SoldOutTime: null,
            CancelledAt: null,
            Reason: null
        );
}
