using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Payments.Migrations;

[DbContext(typeof(PaymentsDb))]
[Migration("20261121_0001_create_payments")]
internal sealed class CreatePayments : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            CREATE SEQUENCE payments.payment_ids INCREMENT BY 100;

            CREATE TABLE payments.payments (
                id bigint PRIMARY KEY,
                reservation_id bigint NOT NULL,
                customer_id bigint NOT NULL,
                amount bigint NOT NULL CHECK (amount >= 0),
                method text NOT NULL,
                status text NOT NULL,
                version bigint NOT NULL,
                started_at timestamptz NOT NULL,
                order_id text,
                payment_key text,
                reason text,
                next_check_at timestamptz,
                checks integer NOT NULL
            );
            -- A reservation is paid at most once, and has at most one attempt at a time.
            CREATE UNIQUE INDEX payments_live ON payments.payments (reservation_id)
                WHERE status IN ('STARTED', 'UNKNOWN', 'COMPLETED');
            CREATE UNIQUE INDEX payments_by_order ON payments.payments (order_id);
            CREATE INDEX payments_to_check ON payments.payments (next_check_at)
                WHERE next_check_at IS NOT NULL;

            CREATE TABLE payments.wallets (
                customer_id bigint PRIMARY KEY,
                balance bigint NOT NULL CHECK (balance >= 0)
            );

            CREATE TABLE payments.wallet_entries (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                customer_id bigint NOT NULL REFERENCES payments.wallets
                    DEFERRABLE INITIALLY DEFERRED,
                kind text NOT NULL,
                amount bigint NOT NULL,
                balance bigint NOT NULL CHECK (balance >= 0),
                payment_id bigint REFERENCES payments.payments
                    DEFERRABLE INITIALLY DEFERRED,
                occurred_at timestamptz NOT NULL
            );
            CREATE INDEX wallet_entries_by_customer ON payments.wallet_entries (customer_id, id);
            -- A payment takes points once and gives them back once.
            CREATE UNIQUE INDEX wallet_entries_by_payment
                ON payments.wallet_entries (payment_id, kind);

            CREATE TABLE payments.idempotency_keys (
                customer_id bigint NOT NULL,
                operation text NOT NULL,
                key text NOT NULL,
                fingerprint bytea NOT NULL,
                -- what an open key waits for
                subject text,
                status integer,
                content_type text,
                location text,
                body bytea,
                created_at timestamptz NOT NULL,
                PRIMARY KEY (customer_id, operation, key)
            );
            CREATE INDEX idempotency_keys_by_age ON payments.idempotency_keys (created_at);
            CREATE INDEX idempotency_keys_open ON payments.idempotency_keys (subject)
                WHERE status IS NULL AND subject IS NOT NULL;
            """
        );
    }
}
