using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Concerts.Migrations;

[DbContext(typeof(ConcertsDb))]
[Migration("20261123_0001_seat_doubts")]
internal sealed class DoubtSoldSeats : Migration
{
    /// <remarks>
    /// <c>seat_comparison</c> tells when all counts are compared the next time: by one host, for
    /// each has to read every seat on sale.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE concerts.seat_doubts (
                concert_id bigint PRIMARY KEY,
                counted int NOT NULL,
                owned int NOT NULL,
                since timestamptz NOT NULL
            );

            CREATE TABLE concerts.seat_comparison (
                only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
                due_at timestamptz NOT NULL
            );
            INSERT INTO concerts.seat_comparison (due_at) VALUES (clock.now());
            """
        );
}
