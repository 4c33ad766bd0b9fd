using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Payments.Migrations;

[DbContext(typeof(PaymentsDb))]
[Migration("20261121_0033_close_wallets")]
internal sealed class CloseWallets : Migration
{
    /// <remarks>
    /// What a generated column is made of cannot be changed: it is made anew, and with it the view
    /// that shows it.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE payments.wallets ADD COLUMN closed_at timestamptz;

            DROP VIEW payments.ledger;
            ALTER TABLE payments.wallet_entries
                DROP CONSTRAINT wallet_entries_kind,
                DROP COLUMN counter_account;
            ALTER TABLE payments.wallet_entries
                ADD COLUMN counter_account text NOT NULL
                    GENERATED ALWAYS AS (
                        CASE kind
                            WHEN 'CHARGE' THEN 'TOP_UPS'
                            WHEN 'FORFEIT' THEN 'FORFEITED'
                            ELSE 'SALES'
                        END
                    ) STORED,
                ADD CONSTRAINT wallet_entries_kind CHECK (
                    CASE kind
                        WHEN 'CHARGE' THEN amount > 0 AND payment_id IS NULL
                        WHEN 'PAYMENT' THEN amount <= 0 AND payment_id IS NOT NULL
                        WHEN 'REFUND' THEN amount >= 0 AND payment_id IS NOT NULL
                        WHEN 'FORFEIT' THEN amount < 0 AND payment_id IS NULL AND balance = 0
                        ELSE false
                    END
                );

            -- Both sides of every entry: all accounts together are always 0.
            CREATE VIEW payments.ledger AS
                SELECT id AS entry_id, 'WALLET-' || customer_id AS account, amount, occurred_at
                FROM payments.wallet_entries
                UNION ALL
                SELECT id, counter_account, -amount, occurred_at FROM payments.wallet_entries;
            """
        );
}
