using System.Collections.Concurrent;
using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// Reads seat maps. Plans never change and are remembered. States are read anew for whoever
/// asks, but all who ask while a read is under way share the next one: a crowd of readers costs
/// one query at a time a concert.
/// </summary>
internal sealed class SeatMaps(NpgsqlDataSource dataSource)
{
    /// <summary>Plans in memory; beyond, they are read again.</summary>
    private const int MaxPlans = 1000;

    private const string PlanSql = """
        SELECT name, price, rows, seats_per_row, first_seat_id
        FROM reservations.sections
        WHERE concert_id = $1
        ORDER BY position
        """;

    private const string StatesSql = """
        SELECT string_agg(
            CASE state
                WHEN 'free' THEN 'f'
                WHEN 'held' THEN CASE WHEN held_until <= clock.now THEN 'f' ELSE 'h' END
                WHEN 'pinned' THEN 'h'
                ELSE 's'
            END, '')
        FROM (
            SELECT state, held_until
            FROM reservations.seats
            WHERE id >= $1 AND id < $1 + $2
            ORDER BY id
        ) seat, (SELECT clock.now() AS now OFFSET 0) clock
        """;

    private readonly ConcurrentDictionary<long, SeatPlan> _plans = new();
    private readonly ConcurrentDictionary<long, SharedRead<SeatMap>> _reads = new();

    /// <returns>null where there is no inventory of this concert.</returns>
    public async Task<SeatMap?> FindAsync(long concertId, CancellationToken stop)
    {
        await using var findPlan = dataSource.CreateCommand(PlanSql);
        if (await FindPlanAsync(concertId, findPlan, stop) is not { } plan)
            return null;

        var read = _reads.GetOrAdd(
            concertId,
            _ => new SharedRead<SeatMap>(() => ReadAsync(plan, CancellationToken.None))
        );
        return await read.NextAsync().WaitAsync(stop);
    }

    /// <summary>
    /// As the caller's own transaction sees it, and over its connection: who holds locks must not
    /// wait for another one.
    /// </summary>
    public async Task<SeatMap?> FindAsync(long concertId, UnitOfWork work, CancellationToken stop)
    {
        await using var findPlan = new NpgsqlCommand(PlanSql, work.Connection);
        return await FindPlanAsync(concertId, findPlan, stop) is { } plan
            ? await ReadAsync(plan, work.Connection, stop)
            : null;
    }

    private async Task<SeatMap> ReadAsync(SeatPlan plan, CancellationToken stop)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        return await ReadAsync(plan, connection, stop);
    }

    private static async Task<SeatMap> ReadAsync(
        SeatPlan plan,
        NpgsqlConnection connection,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(StatesSql, connection);
        command.Parameters.AddWithValue(plan.FirstSeatId);
        command.Parameters.AddWithValue(plan.TotalSeats);
        return new SeatMap(plan, (string)(await command.ExecuteScalarAsync(stop))!);
    }

    private async Task<SeatPlan?> FindPlanAsync(
        long concertId,
        NpgsqlCommand findPlan,
        CancellationToken stop
    )
    {
        if (_plans.TryGetValue(concertId, out var known))
            return known;

        var sections = new List<SeatPlanSection>();
        findPlan.Parameters.AddWithValue(concertId);
        await using (var reader = await findPlan.ExecuteReaderAsync(stop))
        {
            while (await reader.ReadAsync(stop))
            {
                sections.Add(
                    new SeatPlanSection(
                        reader.GetString(0),
                        reader.GetInt64(1),
                        reader.GetInt32(2),
                        reader.GetInt32(3),
                        reader.GetInt64(4)
                    )
                );
            }
        }

        if (sections.Count == 0)
            return null;

        if (_plans.Count >= MaxPlans)
        {
            _plans.Clear();
            _reads.Clear();
        }

        return _plans.GetOrAdd(concertId, new SeatPlan(concertId, sections));
    }
}
