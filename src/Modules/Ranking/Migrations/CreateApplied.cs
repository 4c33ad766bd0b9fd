using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Ranking.Migrations;

[DbContext(typeof(RankingDb))]
[Migration("20261121_0001_applied")]
internal sealed class CreateApplied : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE ranking.applied (
                incarnation text        NOT NULL,
                topic       text        NOT NULL,
                partition   int         NOT NULL,
                next_offset bigint      NOT NULL,
                moved_at    timestamptz NOT NULL DEFAULT clock.now(),
                PRIMARY KEY (incarnation, topic, partition)
            ) WITH (fillfactor = 50);
            COMMENT ON TABLE ranking.applied IS
                'how far each partition is in Redis: a Redis behind it has forgotten';
            """
        );
}
