using System.Runtime.CompilerServices;
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
    /// <remarks>
    /// Reservations are found by concert, whose index they have; of who has booked, those of
    /// concerts that nobody has told of, too.
    /// </remarks>
    private const string OwnSql = """
        WITH concerts AS (
            SELECT concert_id FROM data_platform.concerts
            UNION SELECT concert_id FROM data_platform.customer_totals WHERE customer_id = $1
        ), own AS (
            SELECT r.reservation_id FROM concerts c JOIN data_platform.reservations r
                ON r.concert_id = c.concert_id AND r.customer_id = $1
        ), keys AS (
            SELECT 'user-' || $1 AS key
            UNION ALL SELECT 'reservation-' || reservation_id FROM own
            UNION ALL SELECT 'payment-' || payment_id
            FROM own JOIN data_platform.payments USING (reservation_id)
        )
        SELECT seq, received_at FROM data_platform.events WHERE key IN (SELECT key FROM keys)
        UNION
        SELECT seq, received_at FROM data_platform.events WHERE person = $1
        ORDER BY seq
        """;

    private const string PageSql = """
        SELECT e.seq, e.received_at, topic, key, version, body FROM data_platform.events e
        JOIN unnest($1::bigint[], $2::timestamptz[]) AS own (seq, received_at)
            ON e.seq = own.seq AND e.received_at = own.received_at
        ORDER BY e.seq
        """;

    private const string EraseSql = """
        UPDATE data_platform.events e SET body = erased.body
        FROM unnest($1::bigint[], $2::timestamptz[], $3::bytea[])
            AS erased (seq, received_at, body)
        WHERE e.seq = erased.seq AND e.received_at = erased.received_at
        """;

    /// <remarks>Of strangers' events: ours tell in headers nothing but ids.</remarks>
    private const string EraseHeadersSql = """
        UPDATE data_platform.events
        SET header_names = ARRAY(
                SELECT name FROM unnest(header_names) WITH ORDINALITY AS h (name, place)
                WHERE name = ANY ($2) ORDER BY place),
            header_values = ARRAY(
                SELECT value FROM unnest(header_names, header_values)
                    WITH ORDINALITY AS h (name, value, place)
                WHERE name = ANY ($2) ORDER BY place)
        WHERE person = $1 AND NOT header_names <@ $2
        """;

    private readonly record struct Place(long Seq, DateTimeOffset ReceivedAt);

    private sealed record Row(Place At, string Topic, string Key, long Version, byte[] Body);

    internal sealed record StoredEvent(
        string Topic,
        string Key,
        long Version,
        DateTimeOffset ReceivedAt,
        JsonElement Event
    );

    internal sealed record BookingsOfConcert(
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
        ReadEventsAsync(customerId, stop)
            .Concat(
                dataSource.ReadPersonalAsync(
                    "bookings",
                    """
                    SELECT concert_id, bookings, confirmations, seats, spend
                    FROM data_platform.customer_totals
                    WHERE customer_id = $1 AND concert_id > $2 ORDER BY concert_id LIMIT $3
                    """,
                    customerId,
                    row => new BookingsOfConcert(
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
                    SELECT hour_of_day::bigint, bookings FROM data_platform.customer_hours
                    WHERE customer_id = $1 AND hour_of_day > $2 ORDER BY hour_of_day LIMIT $3
                    """,
                    customerId,
                    row => new Hour((int)row.GetInt64(0), row.GetInt64(1)),
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
        foreach (var page in await FindAsync(customerId, stop))
        {
            var naming = (await ReadPageAsync(page, stop))
                .Where(r => PersonalFields.PersonOf(r.Body) == customerId)
                .Select(r => (r.At, Body: PersonalFields.Erase(r.Body)))
                .Where(r => r.Body is not null)
                .ToList();
            await work.RunAsync(stop => WriteAsync(naming!, stop), stop);
        }

        await work.RunAsync(stop => EraseHeadersAsync(customerId, stop), stop);
    }

    private async Task<int> EraseHeadersAsync(long customerId, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(EraseHeadersSql, work.Connection)
        {
            CommandTimeout = PersonalRows.EraseTimeoutSeconds,
        };
        command.Parameters.AddWithValue(customerId);
        command.Parameters.AddWithValue(PersonalFields.HarmlessHeaders.ToArray());
        return await command.ExecuteNonQueryAsync(stop);
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

    private async Task<int> WriteAsync(
        IReadOnlyList<(Place At, byte[] Body)> erased,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(EraseSql, work.Connection)
        {
            CommandTimeout = PersonalRows.EraseTimeoutSeconds,
        };
        command.Parameters.AddArray(erased.Select(e => e.At.Seq));
        command.Parameters.AddArray(erased.Select(e => e.At.ReceivedAt));
        command.Parameters.AddArray(erased.Select(e => e.Body));
        return await command.ExecuteNonQueryAsync(stop);
    }

    private async IAsyncEnumerable<PersonalRecord> ReadEventsAsync(
        long customerId,
        [EnumeratorCancellation] CancellationToken stop
    )
    {
        foreach (var page in await FindAsync(customerId, stop))
        {
            foreach (var row in await ReadPageAsync(page, stop))
            {
                // Whatever a stranger writes under the person's key is not for them to see.
                if (PersonalFields.PersonOf(row.Body) is { } other && other != customerId)
                    continue;

                using var body = JsonDocument.Parse(row.Body);
                yield return new(
                    "events",
                    new StoredEvent(
                        row.Topic,
                        row.Key,
                        row.Version,
                        row.At.ReceivedAt,
                        body.RootElement.Clone()
                    )
                );
            }
        }
    }

    /// <summary>Where the person's events are, a page at a time.</summary>
    private async Task<IReadOnlyList<Place[]>> FindAsync(long customerId, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(OwnSql);
        command.CommandTimeout = PersonalRows.EraseTimeoutSeconds;
        command.Parameters.AddWithValue(customerId);
        await using var row = await command.ExecuteReaderAsync(stop);
        var places = new List<Place>();
        while (await row.ReadAsync(stop))
            places.Add(new(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1)));
        return [.. places.Chunk(PersonalRows.PageRows)];
    }

    private async Task<IReadOnlyList<Row>> ReadPageAsync(Place[] page, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(PageSql);
        command.CommandTimeout = PersonalRows.EraseTimeoutSeconds;
        command.Parameters.AddArray(page.Select(p => p.Seq));
        command.Parameters.AddArray(page.Select(p => p.ReceivedAt));
        await using var row = await command.ExecuteReaderAsync(stop);
        var rows = new List<Row>();
        while (await row.ReadAsync(stop))
        {
            rows.Add(
                new Row(
                    new(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1)),
                    row.GetString(2),
                    row.GetString(3),
                    row.GetInt64(4),
                    row.GetFieldValue<byte[]>(5)
                )
            );
        }

        return rows;
    }
}
