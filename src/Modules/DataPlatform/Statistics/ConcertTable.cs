using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary><c>data_platform.concerts</c>: what is known of each concert.</summary>
internal static class ConcertTable
{
    /// <summary>
    /// Locks the rows, in the order of their ids, making those that are not there yet.
    /// </summary>
    public static async Task<IReadOnlyList<ConcertFacts>> LockAsync(
        UnitOfWork work,
        string schema,
        IEnumerable<long> concertIds,
        CancellationToken stop
    )
    {
        var ids = concertIds.Order().ToArray();
        await using var batch = new NpgsqlBatch(work.Connection);
        var insert = new NpgsqlBatchCommand(
            $"""
            INSERT INTO {schema}.concerts (concert_id, name, name_version)
            SELECT id, '', 0 FROM unnest($1::bigint[]) AS id ON CONFLICT DO NOTHING
            """
        );
        insert.Parameters.AddArray(ids);
        batch.BatchCommands.Add(insert);
        var select = new NpgsqlBatchCommand(
            $"""
            SELECT concert_id, name, name_version, artist, artist_version, booking_start_time,
                booking_start_version, total_seats, sold_out_version, sold_out_time, cancelled_at
            FROM {schema}.concerts WHERE concert_id = ANY($1) ORDER BY concert_id FOR UPDATE
            """
        );
        select.Parameters.AddArray(ids);
        batch.BatchCommands.Add(select);

        await using var reader = await batch.ExecuteReaderAsync(stop);
        var locked = new List<ConcertFacts>(ids.Length);
        while (await reader.ReadAsync(stop))
            locked.Add(Read(reader));
        return locked;
    }

    public static async Task WriteAsync(
        UnitOfWork work,
        string schema,
        IReadOnlyList<ConcertFacts> concerts,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            UPDATE {schema}.concerts c
            SET name = n.name, name_version = n.name_version,
                artist = n.artist, artist_version = n.artist_version,
                booking_start_time = n.booking_start_time,
                booking_start_version = n.booking_start_version,
                total_seats = n.total_seats, sold_out_version = n.sold_out_version,
                sold_out_time = n.sold_out_time, cancelled_at = n.cancelled_at
            FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[],
                $6::timestamptz[], $7::bigint[], $8::int[], $9::bigint[], $10::timestamptz[],
                $11::timestamptz[])
                AS n (concert_id, name, name_version, artist, artist_version, booking_start_time,
                    booking_start_version, total_seats, sold_out_version, sold_out_time,
                    cancelled_at)
            WHERE c.concert_id = n.concert_id
            """,
            work.Connection
        );
        var parameters = command.Parameters;
        parameters.AddArray(concerts.Select(c => c.ConcertId));
        parameters.AddArray(concerts.Select(c => c.Name.Value));
        parameters.AddArray(concerts.Select(c => c.Name.Version));
        parameters.AddArray(concerts.Select(c => c.Artist.Value));
        parameters.AddArray(concerts.Select(c => c.Artist.Version));
        parameters.AddArray(concerts.Select(c => c.BookingStartTime.Value?.ToUniversalTime()));
        parameters.AddArray(concerts.Select(c => c.BookingStartTime.Version));
        parameters.AddArray(concerts.Select(c => c.TotalSeats));
        parameters.AddArray(concerts.Select(c => c.SoldOut?.Version));
        parameters.AddArray(concerts.Select(c => c.SoldOut?.At.ToUniversalTime()));
        parameters.AddArray(concerts.Select(c => c.CancelledAt?.ToUniversalTime()));
        await command.ExecuteNonQueryAsync(stop);
    }

    private static ConcertFacts Read(NpgsqlDataReader reader)
    {
        return new ConcertFacts(reader.GetInt64(0))
        {
            Name = new(reader.GetString(1), reader.GetInt64(2)),
            Artist = new(reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt64(4)),
            BookingStartTime = new(reader.TimeAt(5), reader.GetInt64(6)),
            TotalSeats = reader.IsDBNull(7) ? null : reader.GetInt32(7),
            SoldOut = reader.IsDBNull(8)
                ? null
                : new Fact(reader.GetInt64(8), reader.TimeAt(9)!.Value),
            CancelledAt = reader.TimeAt(10),
        };
    }
}
