using System.Text.Json;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// The events of an account and of its reservations, and the statistics of a customer. Of a deleted
/// account the events stay, without the fields that name its person: nothing that is counted, or
/// folded into a state, comes from those.
/// </summary>
internal sealed class PersonalDataOfEvents(UnitOfWork work, NpgsqlDataSource dataSource)
    : IPersonalData
{
    private const int BatchSize = 500;

    private const string KeysSql = """
        SELECT 'user-' || $1 UNION ALL
        SELECT 'reservation-' || reservation_id FROM data_platform.reservations
        WHERE customer_id = $1
        """;

    internal sealed record StoredEvent(
        string Topic,
        string Key,
        long Version,
        DateTimeOffset ReceivedAt,
        JsonElement Event
    );

    internal sealed record Bookings(
        long ConcertId,
        long Count,
        long Confirmations,
        long Seats,
        long Spend
    );

    /// <param name="HourOfDay">Korean time.</param>
    internal sealed record Hour(int HourOfDay, long Bookings);

    public string Section => "dataPlatform";

    public IAsyncEnumerable<PersonalRecord> ReadAsync(long customerId, CancellationToken stop) =>
        dataSource
            .ReadPersonalAsync(
                "events",
                $"""
                SELECT topic, key, version, received_at, body FROM data_platform.events
                WHERE key IN ({KeysSql}) ORDER BY seq
                """,
                customerId,
                ReadEvent,
                stop
            )
            .Concat(
                dataSource.ReadPersonalAsync(
                    "bookings",
                    """
                    SELECT concert_id, bookings, confirmations, seats, spend
                    FROM data_platform.customer_totals WHERE customer_id = $1 ORDER BY concert_id
                    """,
                    customerId,
                    row => new Bookings(
                        row.GetInt64(0),
                        row.GetInt64(1),
                        row.GetInt64(2),
                        row.GetInt64(3),
                        row.GetInt64(4)
                    ),
                    stop
                )
            )
            .Concat(
                dataSource.ReadPersonalAsync(
                    "hoursOfDay",
                    """
                    SELECT hour_of_day, bookings FROM data_platform.customer_hours
                    WHERE customer_id = $1 ORDER BY hour_of_day
                    """,
                    customerId,
                    row => new Hour(row.GetInt32(0), row.GetInt64(1)),
                    stop
                )
            );

    public async Task EraseAsync(long customerId, CancellationToken stop)
    {
        // From its commit on, whoever appends erases by themselves.
        await work.RunAsync(stop => MarkAsync(customerId, stop), stop);
        // Whoever began before that has to be through.
        await work.RunAsync(
            async stop =>
            {
                await EventStore.HaltAsync(work, stop);
                return true;
            },
            stop
        );
        await work.RunAsync(stop => EraseStoredAsync(customerId, stop), stop);
    }

    private async Task<int> MarkAsync(long customerId, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO data_platform.erased_customers VALUES ($1) ON CONFLICT DO NOTHING",
            work.Connection
        );
        command.Parameters.AddWithValue(customerId);
        return await command.ExecuteNonQueryAsync(stop);
    }

    private async Task<int> EraseStoredAsync(long customerId, CancellationToken stop)
    {
        var erased = await FindAsync(customerId, stop);
        foreach (var some in erased.Chunk(BatchSize))
        {
            await using var command = new NpgsqlCommand(
                """
                UPDATE data_platform.events e SET body = erased.body
                FROM unnest($1::bigint[], $2::timestamptz[], $3::bytea[])
                    AS erased (seq, received_at, body)
                WHERE e.seq = erased.seq AND e.received_at = erased.received_at
                """,
                work.Connection
            );
            command.Parameters.AddArray(some.Select(e => e.Seq));
            command.Parameters.AddArray(some.Select(e => e.ReceivedAt));
            command.Parameters.AddArray(some.Select(e => e.Body));
            await command.ExecuteNonQueryAsync(stop);
        }

        return erased.Count;
    }

    private async Task<List<(long Seq, DateTimeOffset ReceivedAt, byte[] Body)>> FindAsync(
        long customerId,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT seq, received_at, body FROM data_platform.events WHERE key IN ({KeysSql})
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(customerId);
        await using var row = await command.ExecuteReaderAsync(stop);
        var found = new List<(long, DateTimeOffset, byte[])>();
        while (await row.ReadAsync(stop))
        {
            var body = row.GetFieldValue<byte[]>(2);
            if (
                PersonalFields.PersonOf(body) == customerId
                && PersonalFields.Erase(body) is { } erased
            )
            {
                found.Add((row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), erased));
            }
        }

        return found;
    }

    private static StoredEvent ReadEvent(NpgsqlDataReader row)
    {
        using var body = JsonDocument.Parse(row.GetFieldValue<byte[]>(4));
        return new StoredEvent(
            row.GetString(0),
            row.GetString(1),
            row.GetInt64(2),
            row.GetFieldValue<DateTimeOffset>(3),
            body.RootElement.Clone()
        );
    }
}
