namespace ConcertReservation.Contracts;

/// <summary>
/// What Reservations, the owner of the seats, answers at once about a concert's seats. A pure
/// question: a crash before or after it changes nothing.
/// </summary>
public interface ISeatInventory
{
    /// <returns>
    /// null while the inventory is not built yet, or where there is no such concert.
    /// </returns>
    Task<SeatSummary?> FindAsync(long concertId, CancellationToken stop);
}

public sealed record SeatSummary(IReadOnlyList<SectionSeats> Sections)
{
    public int Available => Sections.Sum(s => s.Available);
    public int Sold => Sections.Sum(s => s.Sold);
}

/// <summary>Seats of one section; a lapsed hold counts as available.</summary>
public sealed record SectionSeats(string Section, int Total, int Available, int Sold);
