using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.DataPlatform.Migrations;

[DbContext(typeof(DataPlatformDb))]
[Migration("20261121_0020_payments")]
internal sealed class AddPayments : Migration
{
    /// <remarks>
    /// What is in the store already is counted by a rebuild, which begins by itself. Both indexes
    /// are of columns that never change: later facts are HOT updates.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE data_platform.payments (
                reservation_id bigint NOT NULL,
                payment_id     bigint NOT NULL,
                method         text   NOT NULL,
                amount         bigint NOT NULL,
                completed_at   timestamptz,
                failed_at      timestamptz,
                refunded_at    timestamptz,
                PRIMARY KEY (reservation_id, payment_id)
            ) WITH (fillfactor = 90);
            COMMENT ON TABLE data_platform.payments IS 'attempts that have come to an end';

            -- the bookings of a concert, and of a customer at a concert
            -- (a name of its own would get lost when the tables are built anew)
            CREATE INDEX ON data_platform.reservations (concert_id, customer_id, reservation_id);

            INSERT INTO data_platform.rebuild (requested_by, started_at)
            SELECT 'migration payments', clock.now()
            WHERE EXISTS (SELECT FROM data_platform.events)
            ON CONFLICT (only_row) DO UPDATE
            SET requested_by = excluded.requested_by, started_at = excluded.started_at,
                events = 0, read = 0, safe_seq = NULL, finished_at = NULL;
            """
        );
}
