using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261121_0103_dead_letters_by_key")]
internal sealed class FindDeadLettersByHash : Migration
{
    /// <remarks>
    /// An index entry holds 2,704 bytes at most, and a foreign record's key may be longer: its
    /// letter could not be stored, and its partition would stand still for ever.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            DROP INDEX messaging.dead_letters_open;
            -- What blocks a key; asked by every batch, and nearly always empty.
            CREATE INDEX dead_letters_open
                ON messaging.dead_letters (group_name, topic, partition, sha256(key))
                WHERE status IN ('waiting', 'parked');
            """
        );
}
