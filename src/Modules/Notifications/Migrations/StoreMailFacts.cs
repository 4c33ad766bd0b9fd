using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261122_0041_mail_facts")]
internal sealed class StoreMailFacts : Migration
{
    /// <remarks>
    /// A row is written three times, when it is queued, taken and sent, and text and HTML were nine
    /// tenths of it. Mails from before keep both.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE notifications.mails
                ADD COLUMN facts json,
                ALTER COLUMN text DROP NOT NULL,
                ALTER COLUMN html DROP NOT NULL
            """
        );
}
