using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Concerts.Migrations;

[DbContext(typeof(ConcertsDb))]
[Migration("20261122_0013_concerts_of_organisers")]
internal sealed class IndexConcertsOfOrganisers : Migration
{
    /// <remarks>For what a person may see and take along: all that is theirs.</remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            "CREATE INDEX concerts_of_organiser ON concerts.concerts (organiser_id, id)"
        );
}
