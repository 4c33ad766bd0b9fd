using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261123_0001_mail_breaks")]
internal sealed class CountBreaks : Migration
{
    /// <remarks>
    /// How often in a row a server broke off at a mail, and since when: all hosts count together,
    /// and one that starts anew goes on.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE notifications.mails
                ADD COLUMN breaks int NOT NULL DEFAULT 0,
                ADD COLUMN broken_since timestamptz
            """
        );
}
