using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261121_0003_resends")]
internal sealed class AddResends : Migration
{
    /// <remarks>
    /// <c>attempts</c> goes on, for it tells whose mail it is; the patience with a mail that is
    /// sent again counts from <c>attempts_before</c>.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE notifications.mails
                ADD COLUMN resends int NOT NULL DEFAULT 0,
                ADD COLUMN attempts_before int NOT NULL DEFAULT 0;
            """
        );
}
