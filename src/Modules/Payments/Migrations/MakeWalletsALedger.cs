using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Payments.Migrations;

[DbContext(typeof(PaymentsDb))]
[Migration("20261121_0002_ledger")]
internal sealed class MakeWalletsALedger : Migration
{
    /// <remarks>
    /// An entry moves points between a wallet and an account of the house, so its two sides cannot
    /// differ; the house's accounts have no row of a balance for which all payments would wait.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE payments.wallet_entries
                ADD COLUMN counter_account text NOT NULL
                    GENERATED ALWAYS AS (CASE kind WHEN 'CHARGE' THEN 'TOP_UPS' ELSE 'SALES' END)
                    STORED,
                ADD CONSTRAINT wallet_entries_kind CHECK (
                    CASE kind
                        WHEN 'CHARGE' THEN amount > 0 AND payment_id IS NULL
                        WHEN 'PAYMENT' THEN amount <= 0 AND payment_id IS NOT NULL
                        WHEN 'REFUND' THEN amount >= 0 AND payment_id IS NOT NULL
                        ELSE false
                    END
                );

            CREATE FUNCTION payments.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                RAISE EXCEPTION 'Entries of wallets are never changed: add one that undoes it.';
            END $body$;
            CREATE TRIGGER entries_stay
                BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.wallet_entries
                FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change();

            -- Both sides of every entry: all accounts together are always 0.
            CREATE VIEW payments.ledger AS
                SELECT id AS entry_id, 'WALLET-' || customer_id AS account, amount, occurred_at
                FROM payments.wallet_entries
                UNION ALL
                SELECT id, counter_account, -amount, occurred_at FROM payments.wallet_entries;
            """
        );
}
