using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261121_0013_erasure")]
internal sealed class AddErasure : Migration
{
    /// <remarks>
    /// What is kept about a person has to be found: copies of reservations did not say whose they
    /// are, and those from before still do not.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE notifications.users ADD COLUMN is_deleted boolean NOT NULL DEFAULT false;
            ALTER TABLE notifications.reservations ADD COLUMN user_id bigint;
            CREATE INDEX mails_of_user ON notifications.mails (user_id, id);
            """
        );
}
