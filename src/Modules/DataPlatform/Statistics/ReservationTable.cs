using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary><c>data_platform.reservations</c>: what is known of each reservation.</summary>
internal static class ReservationTable
{
    /// <summary>
    /// Locks the rows, in the order of their ids, making those that are not there yet: so that two
    /// workers with events of one reservation cannot both see nothing.
    /// </summary>
    public static async Task<IReadOnlyList<ReservationFacts>> LockAsync(
        UnitOfWork work,
        string schema,
        IReadOnlyList<ReservationFacts> fresh,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(work.Connection);
        var insert = new NpgsqlBatchCommand(
            $"""
            INSERT INTO {schema}.reservations (reservation_id, concert_id, customer_id, seats)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[]) ORDER BY 1
            ON CONFLICT DO NOTHING
            """
        );
        insert.Parameters.AddArray(fresh.Select(r => r.ReservationId));
        insert.Parameters.AddArray(fresh.Select(r => r.ConcertId));
        insert.Parameters.AddArray(fresh.Select(r => r.CustomerId));
        insert.Parameters.AddArray(fresh.Select(r => r.Seats));
        batch.BatchCommands.Add(insert);
        var select = new NpgsqlBatchCommand(
            $"""
            SELECT reservation_id, concert_id, customer_id, seats, amount,
                created_version, created_at, confirmed_version, confirmed_at,
                expired_version, expired_at, cancelled_version, cancelled_at
            FROM {schema}.reservations WHERE reservation_id = ANY($1)
            ORDER BY reservation_id FOR UPDATE
            """
        );
        select.Parameters.AddArray(fresh.Select(r => r.ReservationId));
        batch.BatchCommands.Add(select);

        await using var reader = await batch.ExecuteReaderAsync(stop);
        var locked = new List<ReservationFacts>(fresh.Count);
        while (await reader.ReadAsync(stop))
            locked.Add(Read(reader));
        return locked;
    }

    public static async Task WriteAsync(
        UnitOfWork work,
        string schema,
        IReadOnlyList<ReservationFacts> reservations,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            UPDATE {schema}.reservations r
            SET amount = n.amount,
                created_version = n.created_version, created_at = n.created_at,
                confirmed_version = n.confirmed_version, confirmed_at = n.confirmed_at,
                expired_version = n.expired_version, expired_at = n.expired_at,
                cancelled_version = n.cancelled_version, cancelled_at = n.cancelled_at
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[],
                $5::bigint[], $6::timestamptz[], $7::bigint[], $8::timestamptz[],
                $9::bigint[], $10::timestamptz[])
                AS n (reservation_id, amount, created_version, created_at, confirmed_version,
                    confirmed_at, expired_version, expired_at, cancelled_version, cancelled_at)
            WHERE r.reservation_id = n.reservation_id
            """,
            work.Connection
        );
        command.Parameters.AddArray(reservations.Select(r => r.ReservationId));
        command.Parameters.AddArray(reservations.Select(r => r.Amount));
        AddFacts(r => r.Created);
        AddFacts(r => r.Confirmed);
        AddFacts(r => r.Expired);
        AddFacts(r => r.Cancelled);
        await command.ExecuteNonQueryAsync(stop);

        void AddFacts(Func<ReservationFacts, Fact?> fact)
        {
            command.Parameters.AddArray(reservations.Select(r => fact(r)?.Version));
            command.Parameters.AddArray(reservations.Select(r => fact(r)?.At.ToUniversalTime()));
        }
    }

    private static ReservationFacts Read(NpgsqlDataReader reader)
    {
        return new ReservationFacts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2))
        {
            Seats = reader.GetInt32(3),
            Amount = reader.IsDBNull(4) ? null : reader.GetInt64(4),
            Created = FactAt(5),
            Confirmed = FactAt(7),
            Expired = FactAt(9),
            Cancelled = FactAt(11),
        };

        Fact? FactAt(int column) =>
            reader.IsDBNull(column)
                ? null
                : new Fact(
                    reader.GetInt64(column),
                    reader.GetFieldValue<DateTimeOffset>(column + 1)
                );
    }
}
