using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Notifications.Migrations;

[DbContext(typeof(NotificationsDb))]
[Migration("20261121_0002_trace_parents")]
internal sealed class AddTraceParents : Migration
{
    /// <remarks>
    /// A mail is sent by whichever host takes it, some time after its event was consumed: the trace
    /// that it is part of has to be with it.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE notifications.mails ADD COLUMN traceparent text;
            ALTER TABLE notifications.unaddressed_refunds ADD COLUMN traceparent text;
            """
        );
}
