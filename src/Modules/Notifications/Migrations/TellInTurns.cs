using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261122_0052_waitlist_turns")]
internal sealed class TellInTurns : Migration
{
    /// <remarks>
    /// Seats that come back are few, and whoever hears of them first has them: a concert's waitlist
    /// is told in the order of joining, by one host at a time. A row of <c>waitlist_turns</c> stays
    /// for the next time. Whose mails were queued before is not kept: they are one list.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE notifications.mails ADD COLUMN waitlist_concert_id bigint;
            UPDATE notifications.mails SET waitlist_concert_id = 0
            WHERE state = 'pending' AND kind IN ('sold-out', 'reopened');

            DROP INDEX notifications.mails_due;
            CREATE INDEX mails_due ON notifications.mails (next_attempt_at, id)
                WHERE state = 'pending' AND waitlist_concert_id IS NULL;
            CREATE INDEX mails_to_waitlists ON notifications.mails (waitlist_concert_id, id)
                WHERE state = 'pending' AND waitlist_concert_id IS NOT NULL;

            CREATE TABLE notifications.waitlist_turns (
                concert_id bigint PRIMARY KEY,
                number bigint NOT NULL,
                taken_until timestamptz NOT NULL
            );
            """
        );
}
