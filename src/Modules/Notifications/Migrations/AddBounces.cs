using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261122_0051_bounces")]
internal sealed class AddBounces : Migration
{
    /// <remarks>What a server took may come back from the next one, hours later.</remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE notifications.mails
                DROP CONSTRAINT mails_state_check,
                ADD CONSTRAINT mails_state_check
                    CHECK (state IN ('pending', 'sent', 'failed', 'bounced'));
            """
        );
}
