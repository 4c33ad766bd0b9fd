using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261121_0004_consumer_gaps")]
internal sealed class CreateConsumerGaps : Migration
{
    /// <remarks>
    /// The outbox keeps its days while a gap is open. That the relay sends them again is for an
    /// operator to say: a group that is still too slow would lose as much again, and all of it
    /// would go through Kafka for nothing.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            $"""
            -- What Kafka deleted before a group had read it.
            CREATE TABLE messaging.consumer_gaps (
                consumer_group text NOT NULL,
                incarnation    text NOT NULL,
                topic          text NOT NULL,
                partition      int NOT NULL,
                from_offset    bigint NOT NULL,
                to_offset      bigint NOT NULL,
                found_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
                closed_at      timestamptz,
                PRIMARY KEY (consumer_group, incarnation, topic, partition, from_offset)
            );

            -- The maintenance of the outbox has the same lock: no day is judged meanwhile. Another
            -- epoch ends the relay's session, and the next one finds no Kafka in its position.
            CREATE FUNCTION messaging.relay_again() RETURNS void LANGUAGE sql AS $$
                SELECT pg_advisory_xact_lock({OutboxMaintenance.LockKey});
                UPDATE messaging.relay_position SET epoch = epoch + 1, incarnation = NULL;
                DELETE FROM messaging.outbox_barriers;
                UPDATE messaging.consumer_gaps SET closed_at = clock_timestamp()
                WHERE closed_at IS NULL;
            $$;
            """
        );
}
