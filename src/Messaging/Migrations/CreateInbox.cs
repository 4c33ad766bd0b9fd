using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261121_0002_inbox")]
internal sealed class CreateInbox : Migration
{
    /// <remarks>
    /// <c>messaging.inbox</c> is partitioned by event id, which for UUIDv7 is by time; its
    /// partitions are made by <see cref="InboxMaintenance"/>. Groups are numbers there: the name in
    /// each row would be most of it.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE messaging.consumer_groups (
                group_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                consumer_group text NOT NULL UNIQUE
            );

            CREATE TABLE messaging.inbox (
                event_id uuid NOT NULL,
                group_id integer NOT NULL,
                PRIMARY KEY (event_id, group_id)
            ) PARTITION BY RANGE (event_id);

            CREATE TABLE messaging.inbox_foreign (
                event_id uuid NOT NULL,
                group_id integer NOT NULL,
                received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (event_id, group_id)
            );
            CREATE INDEX inbox_foreign_age ON messaging.inbox_foreign (received_at);
            """
        );
}
