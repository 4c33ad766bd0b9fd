using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Concerts.Migrations;

[DbContext(typeof(ConcertsDb))]
[Migration("20261123_0001_seat_doubts")]
internal sealed class DoubtSoldSeats : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE concerts.seat_doubts (
                concert_id bigint PRIMARY KEY,
                counted int NOT NULL,
                owned int NOT NULL,
                since timestamptz NOT NULL
            );
            ALTER TABLE concerts.concerts ADD COLUMN corrected_at timestamptz;
            """
        );
}
