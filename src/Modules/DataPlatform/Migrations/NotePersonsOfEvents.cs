using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.DataPlatform.Migrations;

[DbContext(typeof(DataPlatformDb))]
[Migration("20261122_0014_persons_of_events")]
internal sealed class NotePersonsOfEvents : Migration
{
    /// <remarks>
    /// Of what is stored already the person is noted as well as SQL can; the index is small, for
    /// nearly every event is found by its key.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            ALTER TABLE data_platform.events ADD COLUMN person bigint;
            COMMENT ON COLUMN data_platform.events.person IS
                'the account that the event is about, where its key does not tell';
            UPDATE data_platform.events
            SET person = substring(
                encode(body, 'escape') FROM '"userId"\s*:\s*"?(\d{1,18})(?!\d)')::bigint
            WHERE key !~ '^(user|reservation|payment|concert)-\d+$'
                OR event_type <> ALL ('{USER_SIGNED_UP, USER_CHANGED, USER_DELETED,
                    CONCERT_SCHEDULED, CONCERT_CHANGED, CONCERT_CANCELLED, CONCERT_SOLD_OUT,
                    CONCERT_REOPENED, RESERVATION_CREATED, RESERVATION_CONFIRMED,
                    RESERVATION_CONFIRMATION_FAILED, RESERVATION_EXPIRED, RESERVATION_CANCELLED,
                    PAYMENT_STARTED, PAYMENT_COMPLETED, PAYMENT_FAILED, PAYMENT_REFUND_REQUESTED,
                    PAYMENT_REFUNDED}');
            CREATE INDEX ON data_platform.events (person) WHERE person IS NOT NULL;
            """
        );
}
