using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Concerts.Migrations;

[DbContext(typeof(ConcertsDb))]
[Migration("20261121_0001_concerts")]
internal sealed class CreateConcerts : Migration
{
    /// <remarks>
    /// <c>concerts_to_settle</c> holds the few concerts whose count and state disagree: the recheck
    /// reads it every few seconds and finds it empty. <c>concerts_by_start</c> is the order of the
    /// list and of its cursor.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE SEQUENCE concerts.concert_ids INCREMENT BY 20;

            CREATE TABLE concerts.concerts (
                id bigint PRIMARY KEY,
                organiser_id bigint NOT NULL,
                name text NOT NULL,
                artist text NOT NULL,
                venue text NOT NULL,
                starts_at timestamptz NOT NULL,
                booking_start_time timestamptz NOT NULL,
                sections jsonb NOT NULL,
                tickets_per_customer int NOT NULL,
                hold_seconds int NOT NULL,
                total_seats int NOT NULL CHECK (total_seats BETWEEN 1 AND 100000),
                sold_seats int NOT NULL,
                sold_out_time timestamptz,
                status text NOT NULL CHECK (status IN ('SCHEDULED', 'SOLD_OUT', 'CANCELLED')),
                version bigint NOT NULL,
                CHECK (starts_at > booking_start_time),
                CHECK ((status = 'SOLD_OUT') <= (sold_out_time IS NOT NULL))
            );
            CREATE INDEX concerts_by_start ON concerts.concerts (starts_at, id);
            CREATE INDEX concerts_to_settle ON concerts.concerts (id)
                WHERE status <> 'CANCELLED'
                    AND (sold_seats >= total_seats) <> (status = 'SOLD_OUT');

            CREATE TABLE concerts.reservation_seats (
                reservation_id bigint PRIMARY KEY,
                concert_id bigint NOT NULL,
                version bigint NOT NULL,
                seats int NOT NULL CHECK (seats >= 0),
                confirmed_at timestamptz
            );
            CREATE INDEX reservation_seats_latest
                ON concerts.reservation_seats (concert_id, confirmed_at DESC) WHERE seats > 0;
            """
        );
}
