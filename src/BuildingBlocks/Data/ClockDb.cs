using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.BuildingBlocks.Data;

/// <summary>
/// Holds <c>clock.now()</c>, the one function through which modules read the time.
/// </summary>
public sealed class ClockDb(DbContextOptions<ClockDb> options) : DbContext(options);

[DbContext(typeof(ClockDb))]
[Migration("20261121_0001_now")]
internal sealed class CreateClock : Migration
{
    /// <remarks>
    /// Every statement of a module that decides by time reads this function, so that tests can
    /// shift the time of database and hosts together by replacing it. Messaging's upkeep of its own
    /// tables goes by the machine's time.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE OR REPLACE FUNCTION clock.now() RETURNS timestamptz
                LANGUAGE sql VOLATILE PARALLEL SAFE AS 'SELECT clock_timestamp()';
            """
        );
}
