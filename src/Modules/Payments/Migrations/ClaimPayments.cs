using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Payments.Migrations;

[DbContext(typeof(PaymentsDb))]
[Migration("20261121_0030_claim_payments")]
internal sealed class ClaimPayments : Migration
{
    /// <remarks>
    /// A webhook moves next_check_at to now, which must not give the payment to a second host while
    /// one still asks the provider about it.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("ALTER TABLE payments.payments ADD COLUMN claimed_until timestamptz");
}
