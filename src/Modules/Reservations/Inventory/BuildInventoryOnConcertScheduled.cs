using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>A concert is planned: its seats come into being, all of them or none.</summary>
internal sealed class BuildInventoryOnConcertScheduled(UnitOfWork work)
    : IConsumer<ConcertScheduled>
{
    /// <summary>The step of the sequence <c>reservations.seat_id_blocks</c>.</summary>
    public const int MaxSeats = 100_000;

    /// <summary>One statement: whoever sees the concert sees every seat of it.</summary>
    private const string BuildSql = """
        WITH plan AS (
            SELECT *, sum(rows * seats_per_row) OVER (ORDER BY position)
                - rows * seats_per_row AS seats_before
            FROM unnest($8::text[], $9::bigint[], $10::int[], $11::int[]) WITH ORDINALITY
                AS section (name, price, rows, seats_per_row, position)
        ), concert AS (
            INSERT INTO reservations.concerts (id, version, name, starts_at, booking_start_time,
                tickets_per_customer, hold_seconds, first_seat_id, total_seats)
            VALUES ($1, $2, $3, $4, $5, $6, $7, nextval('reservations.seat_id_blocks'),
                (SELECT sum(rows * seats_per_row) FROM plan))
            ON CONFLICT (id) DO NOTHING
            RETURNING id, first_seat_id
        ), sections AS (
            INSERT INTO reservations.sections
                (concert_id, position, name, price, rows, seats_per_row, first_seat_id)
            SELECT c.id, p.position, p.name, p.price, p.rows, p.seats_per_row,
                c.first_seat_id + p.seats_before
            FROM concert c, plan p
        )
        INSERT INTO reservations.seats (id, concert_id, section, row_number, seat_number, price)
        SELECT c.first_seat_id + p.seats_before + (r - 1) * p.seats_per_row + n - 1,
            c.id, p.position, r, n, p.price
        FROM concert c, plan p, generate_series(1, p.rows) r, generate_series(1, p.seats_per_row) n
        ORDER BY 1
        """;

    public async Task Consume(ConsumeContext<ConcertScheduled> context)
    {
        var concert = context.Message;
        var seats = concert.Sections.Sum(s => (long)s.Rows * s.SeatsPerRow);
        if (seats is < 1 or > MaxSeats || seats != concert.TotalSeats)
        {
            throw new InvalidOperationException(
                $"Concert {concert.ConcertId} has a plan of {seats} seats and tells of "
                    + $"{concert.TotalSeats}; at most {MaxSeats} are possible."
            );
        }

        await using var command = new NpgsqlCommand(BuildSql, work.Connection);
        var parameters = command.Parameters;
        parameters.AddWithValue(concert.ConcertId);
        parameters.AddWithValue(context.Version());
        parameters.AddWithValue(concert.ConcertName);
        parameters.AddWithValue(concert.StartsAt.UtcDateTime);
        parameters.AddWithValue(concert.BookingStartTime.UtcDateTime);
        parameters.AddWithValue(concert.TicketsPerCustomer);
        parameters.AddWithValue(concert.HoldSeconds);
        parameters.AddWithValue(concert.Sections.Select(s => s.Name).ToArray());
        parameters.AddWithValue(concert.Sections.Select(s => s.Price.Won).ToArray());
        parameters.AddWithValue(concert.Sections.Select(s => s.Rows).ToArray());
        parameters.AddWithValue(concert.Sections.Select(s => s.SeatsPerRow).ToArray());
        await command.ExecuteNonQueryAsync(context.CancellationToken);
    }
}
