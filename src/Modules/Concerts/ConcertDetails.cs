using ConcertReservation.Contracts;

namespace ConcertReservation.Concerts;

/// <summary>A concert as the API shows it, alone.</summary>
/// <param name="Status">SCHEDULED, SOLD_OUT or CANCELLED.</param>
/// <param name="HoldSeconds">How long a customer has to pay.</param>
/// <param name="SoldSeats">Seats of confirmed reservations.</param>
/// <param name="SoldOutTime">When the last seat was confirmed; null unless sold out.</param>
internal sealed record ConcertDetails(
    long ConcertId,
    string Name,
    string Artist,
    string Venue,
    DateTimeOffset StartsAt,
    DateTimeOffset BookingStartTime,
    string Status,
    int TicketsPerCustomer,
    int HoldSeconds,
    int TotalSeats,
    int SoldSeats,
    DateTimeOffset? SoldOutTime,
    IReadOnlyList<SectionDetails> Sections
)
{
    /// <param name="seats">null while the seats are being built.</param>
    public static ConcertDetails Of(Concert concert, SeatSummary? seats)
    {
        var available = seats?.Sections.ToDictionary(s => s.Section, s => s.Available);
        return new(
            concert.Id,
            concert.Name,
            concert.Artist,
            concert.Venue,
            concert.StartsAt,
            concert.BookingStartTime,
            concert.Status.Name(),
            concert.TicketsPerCustomer,
            concert.HoldSeconds,
            concert.TotalSeats,
            concert.SoldSeats,
            concert.SoldOutTime,
            [
                .. concert.Sections.Select(s => new SectionDetails(
                    s.Name,
                    s.Price,
                    s.Rows,
                    s.SeatsPerRow,
                    available?.GetValueOrDefault(s.Name)
                )),
            ]
        );
    }
}

/// <param name="Price">In whole won.</param>
/// <param name="AvailableSeats">Free now, lapsed holds included; null while the seats are being
/// built.</param>
internal sealed record SectionDetails(
    string Name,
    Money Price,
    int Rows,
    int SeatsPerRow,
    int? AvailableSeats
);
