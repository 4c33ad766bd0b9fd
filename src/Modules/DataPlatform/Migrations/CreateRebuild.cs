using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.DataPlatform.Migrations;

[DbContext(typeof(DataPlatformDb))]
[Migration("20261121_0003_rebuild")]
internal sealed class CreateRebuild : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE data_platform.rebuild (
                only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
                requested_by text NOT NULL,
                started_at   timestamptz NOT NULL,
                events       bigint NOT NULL DEFAULT 0,
                read         bigint NOT NULL DEFAULT 0,
                last_seq     bigint NOT NULL DEFAULT 0,
                safe_seq     bigint,
                finished_at  timestamptz
            ) WITH (fillfactor = 50);
            COMMENT ON TABLE data_platform.rebuild IS
                'the last time that the statistics were built anew, and how far that is';
            COMMENT ON COLUMN data_platform.rebuild.last_seq IS
                'the events up to this one are in the new tables';
            COMMENT ON COLUMN data_platform.rebuild.safe_seq IS
                'no event up to this one can still appear; null before there are new tables';
            """
        );
}
