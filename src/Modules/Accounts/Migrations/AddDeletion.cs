using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Accounts.Migrations;

[DbContext(typeof(AccountsDb))]
[Migration("20261121_0011_deletion")]
internal sealed class AddDeletion : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE accounts.customers
                ADD COLUMN deleted_at timestamptz,
                ADD COLUMN next_erasure_at timestamptz,
                ADD COLUMN erasures int NOT NULL DEFAULT 0;
            CREATE INDEX customers_to_erase ON accounts.customers (next_erasure_at)
                WHERE next_erasure_at IS NOT NULL;
            """
        );
}
