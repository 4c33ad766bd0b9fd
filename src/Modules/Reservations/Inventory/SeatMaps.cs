using System.Collections.Concurrent;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// Reads seat maps. Plans never change and are remembered. So is the newest map of a concert:
/// whoever asks has the database asked whether a reservation has changed since, and only then are
/// the seats read anew. All who ask while a read is under way share the next one: a crowd of
/// readers costs one query at a time a concert.
/// </summary>
/// <remarks>
/// Every change of a seat that shows is published with it, but that a hold runs out: so a map is
/// good until the first one does. A hold that a payment prolonged and gave back may show as held
/// until the sweeper publishes its end.
/// </remarks>
internal sealed class SeatMaps(NpgsqlDataSource dataSource)
{
    /// <summary>Plans in memory; beyond, they are read again.</summary>
    private const int MaxPlans = 1000;

    /// <summary>Seats of all maps in memory; beyond, they are read again.</summary>
    private const int MaxSeats = 5_000_000;

    /// <summary>
    /// Read again by then whatever the outbox says: a database that was put back to a backup counts
    /// its transactions anew.
    /// </summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);

    private const string PlanSql = """
        SELECT name, price, rows, seats_per_row, first_seat_id
        FROM reservations.sections
        WHERE concert_id = $1
        ORDER BY position
        """;

    private const string StatesSql = $"""
        SELECT {OutboxChanges.SnapshotSql}, min(clock.now),
            min(held_until) FILTER (WHERE state = 'held' AND held_until > clock.now), string_agg(
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
    private readonly ConcurrentDictionary<long, SeatMap> _newest = new();

    /// <returns>null where there is no inventory of this concert.</returns>
    public async Task<SeatMap?> FindAsync(long concertId, CancellationToken stop)
    {
        await using var findPlan = dataSource.CreateCommand(PlanSql);
        if (await FindPlanAsync(concertId, findPlan, stop) is not { } plan)
            return null;

        var read = _reads.GetOrAdd(
            concertId,
            _ => new SharedRead<SeatMap>(() => RefreshAsync(plan, CancellationToken.None))
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

    private async Task<SeatMap> RefreshAsync(SeatPlan plan, CancellationToken stop)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        if (
            _newest.TryGetValue(plan.ConcertId, out var newest)
            && await IsFreshAsync(newest, connection, stop)
        )
            return newest;

        newest = await ReadAsync(plan, connection, stop);
        if (_newest.Values.Sum(m => (long)m.Plan.TotalSeats) > MaxSeats)
            _newest.Clear();
        return _newest[plan.ConcertId] = newest;
    }

    private static async Task<bool> IsFreshAsync(
        SeatMap map,
        NpgsqlConnection connection,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand("SELECT clock.now()", connection);
        var now = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(stop))!);
        return now >= map.ReadAt
            && now < map.ReadAt + MaxAge
            && (map.NextLapse is not { } lapse || now < lapse)
            && !await OutboxChanges.AnyAsync(connection, Topics.Reservations, map.Snapshot, stop);
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
        await using var reader = await command.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        return new SeatMap(
            plan,
            reader.GetString(3),
            reader.GetString(0),
            reader.GetFieldValue<DateTimeOffset>(1),
            reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2)
        );
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
            _newest.Clear();
        }

        return _plans.GetOrAdd(concertId, new SeatPlan(concertId, sections));
    }
}
