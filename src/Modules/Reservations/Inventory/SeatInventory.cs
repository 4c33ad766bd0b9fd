using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// Counts seats for other modules; within a transaction of theirs, as it sees them.
/// </summary>
internal sealed class SeatInventory(SeatMaps maps, UnitOfWork work, NpgsqlDataSource dataSource)
    : ISeatInventory
{
    private const string CountSoldSql = """
        SELECT c.id, (
            SELECT count(*)::int FROM reservations.seats s
            WHERE s.id >= c.first_seat_id AND s.id < c.first_seat_id + c.total_seats
                AND s.state = 'sold')
        FROM reservations.concerts c WHERE c.id = ANY($1)
        """;

    private const string ListSoldSql = """
        SELECT r.id, r.version, count(*)::int
        FROM reservations.concerts c
            JOIN reservations.seats s
                ON s.id >= c.first_seat_id AND s.id < c.first_seat_id + c.total_seats
            JOIN reservations.reservations r ON r.id = s.reservation_id
        WHERE c.id = $1 AND s.state = 'sold'
        GROUP BY r.id ORDER BY r.id
        """;

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

    public async Task<IReadOnlyDictionary<long, int>> CountSoldAsync(
        IReadOnlyCollection<long> concertIds,
        CancellationToken stop
    )
    {
        var sold = new Dictionary<long, int>();
        await using var command = Command(CountSoldSql);
        command.Parameters.AddWithValue(concertIds.ToArray());
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
            sold.Add(row.GetInt64(0), row.GetInt32(1));
        return sold;
    }

    public async Task<IReadOnlyList<SoldReservation>> ListSoldAsync(
        long concertId,
        CancellationToken stop
    )
    {
        var sold = new List<SoldReservation>();
        await using var command = Command(ListSoldSql);
        command.Parameters.AddWithValue(concertId);
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
            sold.Add(new(row.GetInt64(0), row.GetInt64(1), row.GetInt32(2)));
        return sold;
    }

    private NpgsqlCommand Command(string sql) =>
        work.IsActive ? new NpgsqlCommand(sql, work.Connection) : dataSource.CreateCommand(sql);
}
