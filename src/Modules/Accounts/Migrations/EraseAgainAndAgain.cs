using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Accounts.Migrations;

[DbContext(typeof(AccountsDb))]
[Migration("20261123_0002_erase_again")]
internal sealed class EraseAgainAndAgain : Migration
{
    /// <remarks>Of those who were done with: letters that came since may name them.</remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            UPDATE accounts.customers SET next_erasure_at = clock.now()
            WHERE deleted_at IS NOT NULL AND next_erasure_at IS NULL
            """
        );
}
