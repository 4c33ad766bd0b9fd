using ConcertReservation.Contracts;

namespace ConcertReservation.Concerts;

/// <summary>What OpenAPI shows: one concert, from its creation to its list entry.</summary>
internal static class ConcertExamples
{
    private const string Name = "Midnight Sun in Seoul";
    private const string Artist = "Midnight Sun";
    private const string Venue = "Olympic Hall, Seoul";
    private static readonly DateTimeOffset StartsAt = new(2031, 5, 1, 10, 0, 0, TimeSpan.Zero);

    // Past, so that what Swagger UI proposes is on sale at once.
    private static readonly DateTimeOffset Booking = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    public static CreateConcert.Request Create { get; } =
        new(
            Name,
            Artist,
            Venue,
            StartsAt,
            Booking,
            [new("R", 154_000, 10, 30), new("S", 121_000, 20, 40)],
            TicketsPerCustomer: 4,
            HoldSeconds: 300
        );

    public static EditConcert.Request Edit { get; } =
        new(Name, Artist, "KSPO Dome, Seoul", StartsAt, Booking);

    public static ConcertDetails Details { get; } =
        new(
            ConcertId: 21,
            Name,
            Artist,
            Venue,
            StartsAt,
            Booking,
            "SCHEDULED",
            TicketsPerCustomer: 4,
            HoldSeconds: 300,
            TotalSeats: 1_100,
            SoldSeats: 412,
            SoldOutTime: null,
            [
                new("R", new Money(154_000), 10, 30, AvailableSeats: 0),
                new("S", new Money(121_000), 20, 40, AvailableSeats: 655),
            ]
        );

    public static ListConcerts.Page Page { get; } =
        new(
            [new(21, Name, Artist, Venue, StartsAt, Booking, "SCHEDULED", 1_100, 412)],
            NextCursor: new ListConcerts.Place(StartsAt, 21).ToCursor()
        );
}
