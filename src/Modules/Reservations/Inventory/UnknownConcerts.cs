using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

/// <summary>
/// Tells a concert whose inventory is still being built from one that does not exist.
/// </summary>
/// <remarks>
/// Every hold has one at hand and next to none asks: the catalogue is made for who does.
/// </remarks>
internal sealed class UnknownConcerts(Lazy<IConcertCatalogue> concerts, TimeProvider clock)
{
    private const int RetryAfterSeconds = 1;

    public async Task<Problem> ExplainAsync(long concertId, CancellationToken stop)
    {
        var concert = await concerts.Value.FindAsync(concertId, stop);
        if (concert is null)
            return Problems.NotFound("concert", concertId, field: "concertId");

        return concert.BookingStartTime > clock.GetUtcNow()
            ? Problems.BookingNotOpen(concert.BookingStartTime)
            : Building(concertId);
    }

    public async Task<Problem> ExplainSeatsAsync(long concertId, CancellationToken stop) =>
        await concerts.Value.FindAsync(concertId, stop) is null
            ? Problems.NotFound("concert", concertId)
            : Building(concertId);

    /// <summary>There is the concert, and its seats will be there in a moment.</summary>
    public static Problem Building(long concertId) =>
        Problems.Overloaded(
            $"The seats of concert {concertId} are still being set up.",
            RetryAfterSeconds
        );
}
