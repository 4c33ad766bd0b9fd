using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Accounts.Migrations;

[DbContext(typeof(AccountsDb))]
[Migration("20261121_0010_sign_in_failures")]
internal sealed class AddSignInFailures : Migration
{
    /// <remarks>
    /// Failures are counted alike for accounts that there are and that there are not, by a hash of
    /// what was typed: that may be anything, a password in the wrong field, too.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE accounts.sign_in_failures (
                account bytea NOT NULL,
                address text NOT NULL,
                failures int NOT NULL,
                failed_at timestamptz NOT NULL,
                locked_until timestamptz,
                PRIMARY KEY (account, address)
            );
            CREATE INDEX sign_in_failures_age ON accounts.sign_in_failures (failed_at);

            CREATE TABLE accounts.known_addresses (
                customer_id bigint NOT NULL REFERENCES accounts.customers ON DELETE CASCADE,
                address text NOT NULL,
                seen_at timestamptz NOT NULL,
                PRIMARY KEY (customer_id, address)
            );
            CREATE INDEX known_addresses_age ON accounts.known_addresses (seen_at);
            """
        );
}
