using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Reservations.Migrations;

[DbContext(typeof(ReservationsDb))]
[Migration("20261121_0032_close_customers")]
internal sealed class CloseCustomers : Migration
{
    /// <remarks>Set with the deletion of an account, before any event tells of it.</remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE reservations.customers
                ADD COLUMN is_closed boolean NOT NULL DEFAULT false
            """
        );
}
