using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// Locks reservations with their seats, hands them to whoever decides, and writes what changed: any
/// number in a few round trips, in the caller's unit of work.
/// </summary>
internal sealed class ReservationStore(UnitOfWork work)
{
    /// <summary>What never changes of the reservations; it says which locks to take.</summary>
    private const string LockScopesSql = """
        SELECT id, concert_id, customer_id, seat_ids
        FROM reservations.reservations
        WHERE id = ANY ($1::bigint[])
        """;

    private const string LockSeatsSql = """
        SELECT id, concert_id, price, state, reservation_id, held_until
        FROM reservations.seats
        WHERE id = ANY ($1::bigint[])
        ORDER BY id
        FOR UPDATE
        """;

    private const string LockReservationsSql = $"""
        {ReservationRow.SelectSql}
        WHERE r.id = ANY ($1::bigint[])
        ORDER BY r.id
        FOR UPDATE OF r
        """;

    private const string ConcertsSql = """
        SELECT id, tickets_per_customer, cancel_reason, starts_at
        FROM reservations.concerts
        WHERE id = ANY ($1::bigint[])
        """;

    private const string SaveSeatsSql = """
        UPDATE reservations.seats s
        SET state = c.state, reservation_id = c.reservation_id, held_until = c.held_until
        FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[])
            AS c (id, state, reservation_id, held_until)
        WHERE s.id = c.id
        """;

    private const string SaveReservationsSql = """
        UPDATE reservations.reservations r
        SET status = c.status, held_until = c.held_until, payment_id = c.payment_id,
            extended_for = c.extended_for, version = c.version
        FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[],
            $6::bigint[]) AS c (id, status, held_until, payment_id, extended_for, version)
        WHERE r.id = c.id
        """;

    /// <summary>For changes after which a customer has no more live seats than before.</summary>
    public Task<LockedReservations> LockAsync(
        IReadOnlyCollection<long> ids,
        CancellationToken stop
    ) => LockAsync(ids, withCustomers: false, stop);

    /// <summary>
    /// For changes that may give a customer seats, or keep them beyond a deadline: nobody counts
    /// the customer's seats meanwhile, and no concert's cancellation misses them.
    /// </summary>
    public Task<LockedReservations> LockWithCustomersAsync(
        IReadOnlyCollection<long> ids,
        CancellationToken stop
    ) => LockAsync(ids, withCustomers: true, stop);

    /// <summary>Writes what the decisions have changed.</summary>
    public async Task SaveAsync(LockedReservations locked, CancellationToken stop)
    {
        var seats = locked.Seats.Values.Where(s => s.IsChanged).ToArray();
        var reservations = locked.Reservations.Where(r => r.IsChanged).ToArray();
        await using var batch = new NpgsqlBatch(work.Connection);
        if (seats.Length > 0)
        {
            batch.Add(
                SaveSeatsSql,
                seats.Select(s => s.Id).ToArray(),
                seats.Select(s => StatusNames.Of(s.State)).ToArray(),
                seats.Select(s => s.ReservationId).ToArray(),
                Statements.Times(seats.Select(s => s.HeldUntil))
            );
        }

        if (reservations.Length > 0)
        {
            batch.Add(
                SaveReservationsSql,
                reservations.Select(r => r.Id).ToArray(),
                reservations.Select(r => StatusNames.Of(r.Status)).ToArray(),
                reservations.Select(r => r.HeldUntil.UtcDateTime).ToArray(),
                reservations.Select(r => r.PaymentId).ToArray(),
                reservations.Select(r => r.ExtendedFor).ToArray(),
                reservations.Select(r => r.Version).ToArray()
            );
        }

        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(stop);
    }

    private async Task<LockedReservations> LockAsync(
        IReadOnlyCollection<long> ids,
        bool withCustomers,
        CancellationToken stop
    )
    {
        var scopes = await ReadLockScopesAsync(ids, stop);
        await using var batch = new NpgsqlBatch(work.Connection);
        if (withCustomers)
        {
            batch.Add(Locks.SharedConcertsSql, Locks.Of(scopes.Select(s => s.ConcertId)));
            batch.Add(Locks.CustomersSql, Locks.Of(scopes.Select(s => s.CustomerId)));
        }

        batch.Add(LockSeatsSql, scopes.SelectMany(s => s.SeatIds).Distinct().ToArray());
        batch.Add(LockReservationsSql, scopes.Select(s => s.Id).ToArray());
        batch.Add(ConcertsSql, scopes.Select(s => s.ConcertId).Distinct().ToArray());
        // Under the locks, and before the count: a hold that lapses in between is still in time
        // for whoever decides, and counts no more.
        batch.Add("SELECT clock.now()");
        batch.Add(
            LiveSeats.CountSql,
            scopes.Select(s => s.CustomerId).ToArray(),
            scopes.Select(s => s.ConcertId).ToArray()
        );
        await using var reader = await batch.ExecuteReaderAsync(stop);
        if (withCustomers)
        {
            await reader.NextResultAsync(stop);
            await reader.NextResultAsync(stop);
        }

        return await ReadAsync(reader, stop);
    }

    private async Task<List<LockScope>> ReadLockScopesAsync(
        IReadOnlyCollection<long> ids,
        CancellationToken stop
    )
    {
        var scopes = new List<LockScope>(ids.Count);
        await using var command = new NpgsqlCommand(LockScopesSql, work.Connection);
        command.Parameters.AddWithValue(ids.Distinct().ToArray());
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            scopes.Add(
                new LockScope(
                    reader.GetInt64(0),
                    reader.GetInt64(1),
                    reader.GetInt64(2),
                    reader.GetFieldValue<long[]>(3)
                )
            );
        }

        return scopes;
    }

    private static async Task<LockedReservations> ReadAsync(
        NpgsqlDataReader reader,
        CancellationToken stop
    )
    {
        var seats = new Dictionary<long, Seat>();
        while (await reader.ReadAsync(stop))
            seats.Add(reader.GetInt64(0), SeatRow.Read(reader));

        var reservations = new Dictionary<long, Reservation>();
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
            reservations.Add(reader.GetInt64(0), ReservationRow.Read(reader));

        var concerts = new Dictionary<long, ConcertRules>();
        await reader.NextResultAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            concerts.Add(
                reader.GetInt64(0),
                new ConcertRules(
                    reader.GetInt32(1),
                    reader.IsDBNull(2) ? null : reader.GetString(2),
                    reader.GetFieldValue<DateTimeOffset>(3)
                )
            );
        }

        await reader.NextResultAsync(stop);
        await reader.ReadAsync(stop);
        var now = reader.GetFieldValue<DateTimeOffset>(0);
        await reader.NextResultAsync(stop);
        var live = await LiveSeats.ReadAsync(reader, stop);
        return new LockedReservations(now, reservations, seats, concerts, live);
    }

    private sealed record LockScope(long Id, long ConcertId, long CustomerId, long[] SeatIds);
}
