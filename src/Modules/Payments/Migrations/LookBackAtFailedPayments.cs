using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Payments.Migrations;

[DbContext(typeof(PaymentsDb))]
[Migration("20261123_0001_look_back_at_failed_payments")]
internal sealed class LookBackAtFailedPayments : Migration
{
    /// <remarks>For a lane of its own, as the others have theirs.</remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE INDEX payments_to_look_back_at ON payments.payments (next_check_at)
                WHERE next_check_at IS NOT NULL AND payment_key IS NOT NULL AND status = 'FAILED'
            """
        );
}
