using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.Concerts;

/// <summary>What OpenAPI shows: one concert, from its creation to its list entry.</summary>
internal static class ConcertExamples
{
    private const string LaterVenue = "KSPO Dome, Seoul";
    private const string SecondSection = "S";
    private const long SecondPriceWon = 121_000;

    public static CreateConcert.Request Create { get; } =
        new(
            Examples.ConcertName,
            Examples.Artist,
            Examples.Venue,
            Examples.StartsAt,
            Examples.BookingStartTime,
            [
                new(Examples.Section, Examples.PriceWon, 10, 30),
                new(SecondSection, SecondPriceWon, 20, 40),
            ],
            Examples.TicketsPerCustomer,
            Examples.HoldSeconds
        );

    /// <summary>Its seats are built in the moments after.</summary>
    public static ConcertDetails Created { get; } = Details(soldSeats: 0, null, null);

    public static ConcertDetails OnSale { get; } = Details(Examples.SoldSeats, 0, 655);

    public static EditConcert.Request Edit { get; } =
        new(
            Examples.ConcertName,
            Examples.Artist,
            LaterVenue,
            Examples.StartsAt,
            Examples.BookingStartTime
        );

    public static ConcertDetails Edited { get; } = OnSale with { Venue = LaterVenue };

    public static ListConcerts.Page Page { get; } =
        new(
            [
                new(
                    Examples.ConcertId,
                    Examples.ConcertName,
                    Examples.Artist,
                    Examples.Venue,
                    Examples.StartsAt,
                    Examples.BookingStartTime,
                    ConcertStatus.Scheduled.Name(),
                    Examples.TotalSeats,
                    Examples.SoldSeats
                ),
            ],
            new ListConcerts.Place(Examples.StartsAt, Examples.ConcertId).ToCursor()
        );

    private static ConcertDetails Details(int soldSeats, int? available, int? secondAvailable) =>
        new(
            Examples.ConcertId,
            Examples.ConcertName,
            Examples.Artist,
            Examples.Venue,
            Examples.StartsAt,
            Examples.BookingStartTime,
            ConcertStatus.Scheduled.Name(),
            Examples.TicketsPerCustomer,
            Examples.HoldSeconds,
            Examples.TotalSeats,
            soldSeats,
            SoldOutTime: null,
            [
                new(Examples.Section, new Money(Examples.PriceWon), 10, 30, available),
                new(SecondSection, new Money(SecondPriceWon), 20, 40, secondAvailable),
            ]
        );
}
