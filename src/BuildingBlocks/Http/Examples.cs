namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>
/// The one story that the examples of the API's document tell: Mina books two seats of a concert.
/// Where a module shows ids, names, prices or times, they are these.
/// </summary>
public static class Examples
{
    public const long CustomerId = 101;
    public const string Email = "mina@example.com";
    public const string CustomerName = "김민아";

    public const long ConcertId = 1;
    public const string ConcertName = "Midnight Sun in Seoul";
    public const string Artist = "Midnight Sun";
    public const string Venue = "Olympic Hall, Seoul";
    public const int TotalSeats = 1_100;
    public const int HeldSeats = 33;
    public const int SoldSeats = 412;
    public const int TicketsPerCustomer = 4;
    public const int HoldSeconds = 300;
    public const string Section = "R";
    public const long PriceWon = 154_000;

    public const long ReservationId = 1;
    public const long PaymentId = 1;

    /// <summary>Two seats of the section.</summary>
    public const long TotalWon = 2 * PriceWon;

    public static readonly IReadOnlyList<long> SeatIds = [1, 2];

    public static readonly DateTimeOffset StartsAt = new(2031, 5, 1, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Past, so that what Swagger UI proposes is on sale at once.</summary>
    public static readonly DateTimeOffset BookingStartTime = new(
        2026,
        11,
        20,
        11,
        0,
        0,
        TimeSpan.Zero
    );

    /// <summary>When Mina holds her seats, and begins to pay for them.</summary>
    public static readonly DateTimeOffset HeldAt = BookingStartTime.AddSeconds(12);

    public static readonly DateTimeOffset HeldUntil = HeldAt.AddSeconds(HoldSeconds);
}
