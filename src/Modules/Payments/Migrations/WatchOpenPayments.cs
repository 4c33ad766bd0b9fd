using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Payments.Migrations;

[DbContext(typeof(PaymentsDb))]
[Migration("20261121_0031_watch_open_payments")]
internal sealed class WatchOpenPayments : Migration
{
    /// <remarks>
    /// An index a lane of <see cref="FinishPayments"/>: none reads past what the others have due.
    /// Since when a refund was open that began before, nobody noted.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE payments.payments
                ADD COLUMN open_since timestamptz,
                ADD COLUMN asked_at timestamptz,
                ADD COLUMN hinted_at timestamptz,
                ADD COLUMN hinted_checks integer NOT NULL DEFAULT 0;
            UPDATE payments.payments
            SET open_since =
                CASE status WHEN 'REFUND_REQUESTED' THEN clock.now() ELSE started_at END
            WHERE status IN ('STARTED', 'UNKNOWN', 'REFUND_REQUESTED');

            DROP INDEX payments.payments_to_check;
            CREATE INDEX payments_to_reconcile ON payments.payments (next_check_at)
                WHERE next_check_at IS NOT NULL AND payment_key IS NOT NULL
                    AND status IN ('STARTED', 'UNKNOWN');
            CREATE INDEX payments_to_refund ON payments.payments (next_check_at)
                WHERE next_check_at IS NOT NULL AND payment_key IS NOT NULL
                    AND status = 'REFUND_REQUESTED';
            CREATE INDEX payments_without_provider ON payments.payments (next_check_at)
                WHERE next_check_at IS NOT NULL AND payment_key IS NULL;
            """
        );
}
