using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

/// <summary>
/// Counts seats for other modules; within a transaction of theirs, as it sees them.
/// </summary>
internal sealed class SeatInventory(SeatMaps maps, UnitOfWork work) : ISeatInventory
{
    public async Task<SeatSummary?> FindAsync(long concertId, CancellationToken stop)
    {
        var map = work.IsActive
            ? await maps.FindAsync(concertId, work, stop)
            : await maps.FindAsync(concertId, stop);
        return map is null ? null : new SeatSummary([.. map.Plan.Sections.Select(Count)]);

        SectionSeats Count(SeatPlanSection section)
        {
            var states = map.StatesOf(section);
            return new SectionSeats(
                section.Name,
                section.Seats,
                states.Count(SeatMap.Free),
                states.Count(SeatMap.Sold)
            );
        }
    }
}
