using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261122_0012_find_by_person")]
internal sealed class FindByPerson : Migration
{
    /// <remarks>
    /// For export and erasing. Copies of reservations from before do not say whose they are, and
    /// are found by the address.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE INDEX reservations_of_user ON notifications.reservations (user_id)
                WHERE user_id IS NOT NULL;
            CREATE INDEX reservations_of_nobody ON notifications.reservations (email)
                WHERE user_id IS NULL;
            CREATE INDEX waitlist_of_user ON notifications.waitlist (user_id, concert_id);
            """
        );
}
