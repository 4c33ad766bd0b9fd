using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Ranking.Migrations;

[DbContext(typeof(RankingDb))]
[Migration("20261121_0002_identity")]
internal sealed class CreateIdentity : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE ranking.identity AS SELECT gen_random_uuid() AS id;
            COMMENT ON TABLE ranking.identity IS
                'which database this is: rankings made from another one are not its rankings';
            """
        );
}
