using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// A customer's reservations, each with the address that its events tell. A ticket for a concert to
/// come needs its owner.
/// </summary>
internal sealed class PersonalDataOfReservations(
    UnitOfWork work,
    NpgsqlDataSource dataSource,
    IOptions<ReservationsOptions> options
) : IPersonalData
{
    private const string LiveSql = """
        SELECT r.id, r.status FROM reservations.reservations r
        JOIN reservations.concerts c ON c.id = r.concert_id
        WHERE r.customer_id = $1 AND (
            r.status = 'PAYING'
            OR (r.status = 'HELD' AND r.held_until > (SELECT clock.now()))
            OR (r.status = 'CONFIRMED' AND c.starts_at > (SELECT clock.now())))
        ORDER BY r.id
        """;

    private const string PageSql = $"""
        SELECT r.*, o.user_email
        FROM ({ReservationView.SelectSql} WHERE r.customer_id = $1 AND r.id > $2
            ORDER BY r.id LIMIT $3) AS r
        JOIN reservations.reservations o USING (id)
        ORDER BY r.id
        """;

    /// <remarks>In the order of ids, as whoever locks several reservations.</remarks>
    private const string EraseSql = """
        WITH named AS (
            SELECT id FROM reservations.reservations
            WHERE customer_id = $1 AND user_email <> $2
            ORDER BY id
            FOR UPDATE
        )
        UPDATE reservations.reservations r SET user_email = $2
        FROM named WHERE named.id = r.id
        """;

    internal sealed record OwnReservation(ReservationView Reservation, string UserEmail);

    public string Section => "reservations";

    public async Task<IReadOnlyList<Obstacle>> ObstaclesAsync(
        long customerId,
        CancellationToken stop
    )
    {
        // Whoever is holding seats for the customer right now is waited for.
        await work.ReadIdsAsync(Locks.CustomersSql, stop, Locks.Of([customerId]));
        await using var command = new NpgsqlCommand(LiveSql, work.Connection);
        command.Parameters.AddWithValue(customerId);
        var obstacles = new List<Obstacle>();
        await using var row = await command.ExecuteReaderAsync(stop);
        while (await row.ReadAsync(stop))
        {
            obstacles.Add(
                new(
                    $"reservation {row.GetInt64(0)}",
                    row.GetString(1) switch
                    {
                        ReservationStatuses.Held => "holds seats: cancel it, or let it run out.",
                        ReservationStatuses.Paying => "is being paid for: wait for the outcome.",
                        _ => "is booked for a concert to come: cancel it before.",
                    }
                )
            );
        }

        return obstacles;
    }

    /// <remarks>
    /// The customer's lock is still held: who waits for it to hold seats finds the account closed.
    /// </remarks>
    public async Task CloseAsync(long customerId, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO reservations.customers (id, version, language, is_closed)
            VALUES ($1, 0, $2, true)
            ON CONFLICT (id) DO UPDATE SET is_closed = true
            """,
            work.Connection
        );
        command.Parameters.AddWithValue(customerId);
        command.Parameters.AddWithValue(Languages.Default);
        await command.ExecuteNonQueryAsync(stop);
    }

    public IAsyncEnumerable<PersonalRecord> ReadAsync(long customerId, CancellationToken stop) =>
        dataSource.ReadPersonalAsync(
            "reservations",
            PageSql,
            customerId,
            row => new OwnReservation(
                ReservationView.Read(row, options.Value),
                row.GetString(ReservationView.ColumnCount)
            ),
            stop
        );

    /// <remarks>Events to come, of a hold that still lapses, tell the same.</remarks>
    public Task EraseAsync(long customerId, CancellationToken stop) =>
        work.RunAsync(
            async stop =>
            {
                // Whoever reads an event that comes late waits for this row, and sees it then.
                await CloseAsync(customerId, stop);
                await using var command = new NpgsqlCommand(EraseSql, work.Connection)
                {
                    CommandTimeout = PersonalRows.EraseTimeoutSeconds,
                };
                command.Parameters.AddWithValue(customerId);
                command.Parameters.AddWithValue(PersonalFields.ErasedEmail);
                return await command.ExecuteNonQueryAsync(stop);
            },
            stop
        );
}
