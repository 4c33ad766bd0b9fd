namespace ConcertReservation.Contracts;

/// <summary>
/// What Reservations, the owner of the seats, answers at once about a concert's seats. Pure
/// questions: a crash before or after one changes nothing.
/// </summary>
public interface ISeatInventory
{
    /// <returns>
    /// null while the inventory is not built yet, or where there is no such concert.
    /// </returns>
    Task<SeatSummary?> FindAsync(long concertId, CancellationToken stop);

    /// <summary>
    /// How many seats are sold, of many concerts in one question that reads no seat map.
    /// </summary>
    /// <returns>By concert; without those whose inventory is not built yet.</returns>
    Task<IReadOnlyDictionary<long, int>> CountSoldAsync(
        IReadOnlyCollection<long> concertIds,
        CancellationToken stop
    );

    /// <summary>Whose the sold seats of a concert are.</summary>
    Task<IReadOnlyList<SoldReservation>> ListSoldAsync(long concertId, CancellationToken stop);
}

public sealed record SeatSummary(IReadOnlyList<SectionSeats> Sections)
{
    public int Available => Sections.Sum(s => s.Available);
    public int Sold => Sections.Sum(s => s.Sold);
}

/// <summary>Seats of one section; a lapsed hold counts as available.</summary>
public sealed record SectionSeats(string Section, int Total, int Available, int Sold);

/// <param name="Version">Of its latest event.</param>
public sealed record SoldReservation(long ReservationId, long Version, int Seats);
