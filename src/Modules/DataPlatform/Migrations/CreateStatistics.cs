using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.DataPlatform.Migrations;

[DbContext(typeof(DataPlatformDb))]
[Migration("20261121_0002_statistics")]
internal sealed class CreateStatistics : Migration
{
    /// <remarks>
    /// reservations and concerts hold what is known of each, by version; all other tables are sums
    /// of what each reservation contributes, so that they follow from the first two.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE data_platform.reservations (
                reservation_id    bigint PRIMARY KEY,
                concert_id        bigint NOT NULL,
                customer_id       bigint NOT NULL,
                seats             int    NOT NULL,
                amount            bigint,
                created_version   bigint,
                created_at        timestamptz,
                confirmed_version bigint,
                confirmed_at      timestamptz,
                expired_version   bigint,
                expired_at        timestamptz,
                cancelled_version bigint,
                cancelled_at      timestamptz
            ) WITH (fillfactor = 70);

            CREATE TABLE data_platform.concerts (
                concert_id            bigint PRIMARY KEY,
                name                  text   NOT NULL,
                name_version          bigint NOT NULL,
                artist                text,
                artist_version        bigint NOT NULL DEFAULT 0,
                booking_start_time    timestamptz,
                booking_start_version bigint NOT NULL DEFAULT 0,
                total_seats           int,
                sold_out_time         timestamptz,
                sold_out_version      bigint,
                cancelled_at          timestamptz
            );

            CREATE TABLE data_platform.hours (
                hour           timestamptz NOT NULL,
                concert_id     bigint NOT NULL,
                bookings       bigint NOT NULL,
                seats_booked   bigint NOT NULL,
                confirmations  bigint NOT NULL,
                seats_sold     bigint NOT NULL,
                revenue        bigint NOT NULL,
                expiries       bigint NOT NULL,
                cancellations  bigint NOT NULL,
                seats_returned bigint NOT NULL,
                refunds        bigint NOT NULL,
                PRIMARY KEY (hour, concert_id)
            ) WITH (fillfactor = 50);
            CREATE INDEX ON data_platform.hours (concert_id, hour);

            CREATE TABLE data_platform.concert_totals (
                concert_id    bigint PRIMARY KEY,
                bookings      bigint NOT NULL,
                confirmations bigint NOT NULL,
                expiries      bigint NOT NULL,
                cancellations bigint NOT NULL,
                held_seats    bigint NOT NULL,
                sold_seats    bigint NOT NULL,
                revenue       bigint NOT NULL
            ) WITH (fillfactor = 50);

            CREATE TABLE data_platform.customer_totals (
                customer_id   bigint NOT NULL,
                concert_id    bigint NOT NULL,
                bookings      bigint NOT NULL,
                confirmations bigint NOT NULL,
                seats         bigint NOT NULL,
                spend         bigint NOT NULL,
                PRIMARY KEY (customer_id, concert_id)
            ) WITH (fillfactor = 70);

            CREATE TABLE data_platform.customer_hours (
                customer_id bigint NOT NULL,
                hour_of_day int    NOT NULL,
                bookings    bigint NOT NULL,
                PRIMARY KEY (customer_id, hour_of_day)
            ) WITH (fillfactor = 70);
            COMMENT ON COLUMN data_platform.customer_hours.hour_of_day IS 'KST';

            CREATE TABLE data_platform.customers (
                customer_id bigint PRIMARY KEY
            );
            COMMENT ON TABLE data_platform.customers IS 'who exists, as USER_SIGNED_UP told';
            """
        );
}
