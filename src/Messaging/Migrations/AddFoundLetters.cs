using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261123_0001_found_letters")]
internal sealed class AddFoundLetters : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE messaging.dead_letters
                ADD COLUMN found_partition int, ADD COLUMN found_offset bigint;
            COMMENT ON COLUMN messaging.dead_letters.found_offset IS
                'where in the dead letter topic the newest one of another system is';
            """
        );
}
