using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Ranking.Migrations;

[DbContext(typeof(RankingDb))]
[Migration("20261121_0003_rebuild")]
internal sealed class CreateRebuild : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE ranking.rebuild (
                only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
                generation   text NOT NULL,
                requested_by text,
                started_at   timestamptz NOT NULL,
                events       bigint NOT NULL DEFAULT 0,
                read         bigint NOT NULL DEFAULT 0,
                finished_at  timestamptz
            );
            COMMENT ON TABLE ranking.rebuild IS
                'the last time that rankings were built anew, and how far that is';
            """
        );
}
