namespace ConcertReservation.Contracts;

/// <summary>What Concerts answers at once about a concert.</summary>
public interface IConcertCatalogue
{
    /// <returns>null where there is no such concert.</returns>
    Task<ConcertSummary?> FindAsync(long concertId, CancellationToken stop);
}

/// <param name="Status">SCHEDULED, SOLD_OUT or CANCELLED.</param>
public sealed record ConcertSummary(
    long ConcertId,
    string Name,
    string Status,
    DateTimeOffset BookingStartTime,
    DateTimeOffset StartsAt
);
