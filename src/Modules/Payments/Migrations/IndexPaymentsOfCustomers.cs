using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Payments.Migrations;

[DbContext(typeof(PaymentsDb))]
[Migration("20261121_0012_payments_of_customers")]
internal sealed class IndexPaymentsOfCustomers : Migration
{
    /// <remarks>For what a person may see and take along: all that is theirs.</remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            "CREATE INDEX payments_of_customer ON payments.payments (customer_id, id)"
        );
}
