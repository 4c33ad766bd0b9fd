using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261122_0010_persons_of_letters")]
internal sealed class NotePersonsOfLetters : Migration
{
    /// <remarks>
    /// Of the letters that there are the person is noted as well as SQL can: a body may be any
    /// bytes, so it is searched in a form that all of them have.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE messaging.dead_letters ADD COLUMN person bigint;
            COMMENT ON COLUMN messaging.dead_letters.person IS
                'the account that the record is about, as far as it tells';
            UPDATE messaging.dead_letters SET person = coalesce(
                substring(encode(body, 'escape') FROM '"userId"\s*:\s*"?(\d{1,18})(?!\d)'),
                substring(encode(key, 'escape') FROM '^user-(\d{1,18})$'))::bigint;
            CREATE INDEX dead_letters_of_person ON messaging.dead_letters (person, dead_letter_id)
                WHERE person IS NOT NULL;
            """
        );
}
