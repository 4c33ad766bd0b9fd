using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261121_0005_letter_replays")]
internal sealed class AddLetterReplays : Migration
{
    /// <remarks>
    /// Whether the inbox has the letter's event for this group: an unreadable record has none that
    /// could be claimed, and once it can be read, the group may have applied its event otherwise.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE messaging.dead_letters
                ADD COLUMN claimed boolean NOT NULL DEFAULT true,
                ADD COLUMN failed_replays integer NOT NULL DEFAULT 0;
            ALTER TABLE messaging.dead_letters ALTER COLUMN claimed DROP DEFAULT;

            UPDATE messaging.dead_letters SET claimed = false
                WHERE exception_type = 'ConcertReservation.Messaging.MalformedEventException';
            """
        );
}
