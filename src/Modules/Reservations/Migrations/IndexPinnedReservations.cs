using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Reservations.Migrations;

[DbContext(typeof(ReservationsDb))]
[Migration("20261123_0001_pinned_reservations")]
internal sealed class IndexPinnedReservations : Migration
{
    /// <remarks>For whoever watches that no pin lasts: they are few among all others.</remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE INDEX reservations_paying ON reservations.reservations (held_until)
                WHERE status = 'PAYING'
            """
        );
}
