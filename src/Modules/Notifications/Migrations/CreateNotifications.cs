using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261121_0001_notifications")]
internal sealed class CreateNotifications : Migration
{
    /// <remarks>
    /// <c>users</c>, <c>concerts</c> and <c>reservations</c> are copies of what events told, for
    /// what a mail says beyond its own event. A mail is unique by event and customer: a waitlist's
    /// event has one for each.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE notifications.users (
                user_id bigint PRIMARY KEY,
                email text NOT NULL,
                name text NOT NULL,
                language text NOT NULL,
                version bigint NOT NULL
            );

            CREATE TABLE notifications.concerts (
                concert_id bigint PRIMARY KEY,
                name text NOT NULL,
                venue text,
                starts_at timestamptz,
                version bigint NOT NULL
            );

            CREATE TABLE notifications.reservations (
                reservation_id bigint PRIMARY KEY,
                concert_id bigint NOT NULL,
                concert_name text NOT NULL,
                email text NOT NULL,
                language text NOT NULL
            );

            CREATE TABLE notifications.waitlist (
                concert_id bigint,
                user_id bigint,
                email text NOT NULL,
                joined_at timestamptz NOT NULL,
                PRIMARY KEY (concert_id, user_id)
            );

            CREATE TABLE notifications.unaddressed_refunds (
                event_id uuid PRIMARY KEY,
                user_id bigint NOT NULL,
                reservation_id bigint NOT NULL,
                payment_id bigint NOT NULL,
                amount bigint NOT NULL,
                payment_method text NOT NULL
            );

            CREATE TABLE notifications.mails (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                event_id uuid NOT NULL,
                user_id bigint NOT NULL,
                kind text NOT NULL,
                language text NOT NULL,
                recipient text NOT NULL,
                recipient_name text NOT NULL,
                subject text NOT NULL,
                text text NOT NULL,
                html text NOT NULL,
                state text NOT NULL DEFAULT 'pending'
                    CHECK (state IN ('pending', 'sent', 'failed')),
                attempts int NOT NULL DEFAULT 0,
                next_attempt_at timestamptz NOT NULL DEFAULT clock.now(),
                reason text,
                created_at timestamptz NOT NULL DEFAULT clock.now(),
                sent_at timestamptz,
                UNIQUE (event_id, user_id)
            );
            CREATE INDEX mails_due ON notifications.mails (next_attempt_at, id)
                WHERE state = 'pending';
            """
        );
}
