using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261122_0015_both_addresses")]
internal sealed class TellBothAddresses : Migration
{
    /// <remarks>
    /// One event of a customer may make mails of two kinds: a new address is told to the old one
    /// and to itself.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE notifications.mails
                DROP CONSTRAINT mails_event_id_user_id_key,
                ADD UNIQUE (event_id, user_id, kind);
            """
        );
}
