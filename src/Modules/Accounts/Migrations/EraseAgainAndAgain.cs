using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Accounts.Migrations;

[DbContext(typeof(AccountsDb))]
[Migration("20261123_0002_erase_again")]
internal sealed class EraseAgainAndAgain : Migration
{
    /// <remarks>
    /// Whoever is deleted and has no next time is given one by the hosts, again and again: one of
    /// the version before, which runs beside them for a while, takes it away. The index holds the
    /// few for whom that is still to be done.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE INDEX customers_without_erasure ON accounts.customers (id)
                WHERE deleted_at IS NOT NULL AND next_erasure_at IS NULL
            """
        );
}
