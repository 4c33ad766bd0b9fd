using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Accounts.Migrations;

/// <summary>
/// Customers and roles as ASP.NET Core Identity reads them, sessions, revocations, key ring.
/// </summary>
[DbContext(typeof(AccountsDb))]
[Migration("20261121_0001_accounts")]
internal sealed class CreateAccounts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE SEQUENCE accounts.customer_ids INCREMENT BY 100;

            CREATE TABLE accounts.customers (
                id bigint PRIMARY KEY,
                user_name text NOT NULL,
                normalized_user_name text NOT NULL,
                email text NOT NULL,
                normalized_email text NOT NULL,
                name text NOT NULL,
                language text NOT NULL CHECK (language IN ('ko', 'en')),
                password_hash text,
                security_stamp text NOT NULL,
                concurrency_stamp text NOT NULL,
                signed_up_at timestamptz NOT NULL,
                version bigint NOT NULL,
                token_version int NOT NULL
            );
            CREATE UNIQUE INDEX customers_normalized_email
                ON accounts.customers (normalized_email);

            CREATE TABLE accounts.roles (
                id bigint PRIMARY KEY,
                name text NOT NULL,
                normalized_name text NOT NULL UNIQUE,
                concurrency_stamp text
            );
            INSERT INTO accounts.roles (id, name, normalized_name) VALUES
                (1, 'Customer', 'CUSTOMER'),
                (2, 'Organiser', 'ORGANISER'),
                (3, 'Operator', 'OPERATOR');

            CREATE TABLE accounts.customer_roles (
                user_id bigint NOT NULL REFERENCES accounts.customers ON DELETE CASCADE,
                role_id bigint NOT NULL REFERENCES accounts.roles,
                PRIMARY KEY (user_id, role_id)
            );
            CREATE INDEX customer_roles_role ON accounts.customer_roles (role_id);

            CREATE TABLE accounts.sessions (
                id uuid PRIMARY KEY,
                customer_id bigint NOT NULL REFERENCES accounts.customers ON DELETE CASCADE,
                refreshes int NOT NULL,
                expires_at timestamptz NOT NULL
            );
            CREATE INDEX sessions_customer ON accounts.sessions (customer_id);
            CREATE INDEX sessions_expiry ON accounts.sessions (expires_at);

            -- Hosts follow this table by transaction: a row that commits late is not overlooked.
            CREATE TABLE accounts.revocations (
                id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
                xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
                revoked_at timestamptz NOT NULL DEFAULT clock.now(),
                session_id uuid,
                customer_id bigint,
                token_version int
            );
            CREATE INDEX revocations_xid ON accounts.revocations (xid);
            CREATE INDEX revocations_time ON accounts.revocations (revoked_at);

            CREATE TABLE accounts.data_protection_keys (
                name text PRIMARY KEY,
                xml text NOT NULL,
                created_at timestamptz NOT NULL DEFAULT clock.now()
            );
            """
        );
}
