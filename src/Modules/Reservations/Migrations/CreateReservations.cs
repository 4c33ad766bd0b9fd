using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Reservations.Migrations;

[DbContext(typeof(ReservationsDb))]
[Migration("20261121_0001_reservations")]
internal sealed class CreateReservations : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(Concerts);
        migrationBuilder.Sql(Seats);
        migrationBuilder.Sql(Reservations);
        migrationBuilder.Sql(IdempotencyKeys);
    }

    /// <remarks>
    /// Own copies of what other modules' events told. A concert's seat ids are one unbroken range,
    /// so the seats need no index by concert: a sequence step is the largest seating plan.
    /// </remarks>
    private const string Concerts = """
        CREATE TABLE reservations.concerts (
            id bigint PRIMARY KEY,
            version bigint NOT NULL,
            name text NOT NULL,
            starts_at timestamptz NOT NULL,
            booking_start_time timestamptz NOT NULL,
            tickets_per_customer integer NOT NULL CHECK (tickets_per_customer > 0),
            hold_seconds integer NOT NULL CHECK (hold_seconds > 0),
            first_seat_id bigint NOT NULL UNIQUE,
            total_seats integer NOT NULL CHECK (total_seats BETWEEN 1 AND 100000),
            cancelled_at timestamptz,
            cancel_reason text,
            -- true once every reservation of a cancelled concert has ended
            is_settled boolean NOT NULL DEFAULT false
        );
        CREATE INDEX concerts_unsettled ON reservations.concerts (id)
            WHERE cancelled_at IS NOT NULL AND NOT is_settled;

        CREATE TABLE reservations.sections (
            concert_id bigint NOT NULL REFERENCES reservations.concerts,
            position smallint NOT NULL,
            name text NOT NULL,
            price bigint NOT NULL CHECK (price >= 0),
            rows integer NOT NULL CHECK (rows > 0),
            seats_per_row integer NOT NULL CHECK (seats_per_row > 0),
            first_seat_id bigint NOT NULL,
            PRIMARY KEY (concert_id, position)
        );

        CREATE TABLE reservations.customers (
            id bigint PRIMARY KEY,
            version bigint NOT NULL,
            language text NOT NULL
        );
        """;

    /// <remarks>
    /// Nothing that changes is indexed and pages have room, so a seat's changes are HOT: its index
    /// entry is written once, and dead versions go without vacuum.
    /// </remarks>
    private const string Seats = """
        CREATE SEQUENCE reservations.seat_id_blocks INCREMENT BY 100000;

        CREATE TABLE reservations.seats (
            id bigint PRIMARY KEY,
            concert_id bigint NOT NULL,
            price bigint NOT NULL,
            reservation_id bigint,
            held_until timestamptz,
            row_number integer NOT NULL,
            seat_number integer NOT NULL,
            section smallint NOT NULL,
            state text NOT NULL DEFAULT 'free'
                CHECK (state IN ('free', 'held', 'pinned', 'sold')),
            CHECK ((state = 'free') = (reservation_id IS NULL)),
            CHECK ((state = 'held') = (held_until IS NOT NULL))
        ) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
        """;

    private const string Reservations = """
        CREATE SEQUENCE reservations.reservation_ids INCREMENT BY 1024;

        CREATE TABLE reservations.reservations (
            id bigint PRIMARY KEY,
            concert_id bigint NOT NULL,
            customer_id bigint NOT NULL,
            total_amount bigint NOT NULL CHECK (total_amount >= 0),
            held_until timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            -- the payment that pinned, then the one that was confirmed
            payment_id bigint,
            -- the payment whose start extended the hold
            extended_for bigint,
            version bigint NOT NULL,
            status text NOT NULL
                CHECK (status IN ('HELD', 'PAYING', 'CONFIRMED', 'EXPIRED', 'CANCELLED')),
            user_email text NOT NULL,
            seat_ids bigint[] NOT NULL CHECK (cardinality(seat_ids) BETWEEN 1 AND 8)
        ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
        CREATE INDEX reservations_of_customer
            ON reservations.reservations (customer_id, id);
        CREATE INDEX reservations_live
            ON reservations.reservations (customer_id, concert_id)
            WHERE status IN ('HELD', 'PAYING', 'CONFIRMED');
        CREATE INDEX reservations_held
            ON reservations.reservations (held_until)
            WHERE status = 'HELD';
        """;

    /// <remarks>
    /// Rows lie in the order of time, so a BRIN index is enough to find the old ones.
    /// </remarks>
    private const string IdempotencyKeys = """
        CREATE TABLE reservations.idempotency_keys (
            customer_id bigint NOT NULL,
            reservation_id bigint NOT NULL,
            created_at timestamptz NOT NULL,
            key text NOT NULL,
            fingerprint bytea NOT NULL,
            response bytea NOT NULL,
            PRIMARY KEY (customer_id, key)
        );
        CREATE INDEX idempotency_keys_by_time
            ON reservations.idempotency_keys USING brin (created_at)
            WITH (pages_per_range = 32, autosummarize = on);
        """;
}
