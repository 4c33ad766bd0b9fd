using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Ranking.Migrations;

[DbContext(typeof(RankingDb))]
[Migration("20261123_0001_changes")]
internal sealed class CreateChanges : Migration
{
    /// <remarks>
    /// <c>ranking.applied</c>, which it replaces, stays for hosts of an earlier version that a
    /// rolling update runs beside: what they could not write would become dead letters.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE SEQUENCE ranking.change_number AS bigint;
            CREATE TABLE ranking.changes (
                topic     text   NOT NULL,
                partition int    NOT NULL,
                number    bigint NOT NULL,
                PRIMARY KEY (topic, partition)
            ) WITH (fillfactor = 50);
            COMMENT ON TABLE ranking.changes IS
                'the last change of each partition in Redis: a Redis behind it has forgotten';
            COMMENT ON TABLE ranking.applied IS 'of hosts without ranking.changes';
            """
        );
}
