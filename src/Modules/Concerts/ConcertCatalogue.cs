using ConcertReservation.Contracts;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Concerts;

/// <summary>Answers other modules about a concert.</summary>
internal sealed class ConcertCatalogue(ConcertsDb db) : IConcertCatalogue
{
    public async Task<ConcertSummary?> FindAsync(long concertId, CancellationToken stop)
    {
        var concert = await db
            .Concerts.AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == concertId, stop);
        return concert is null
            ? null
            : new ConcertSummary(
                concert.Id,
                concert.Name,
                concert.Status.Name(),
                concert.BookingStartTime,
                concert.StartsAt
            );
    }
}
