using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261121_0003_dead_letters")]
internal sealed class CreateDeadLetters : Migration
{
    /// <remarks>
    /// The record is kept whole, so that it can be decided about when Kafka has it no longer; that
    /// sets the last two columns. Headers are two arrays of one length: names may repeat and values
    /// are bytes. <c>dead_letter_id</c> is the order within a key. An index entry holds 2,704 bytes
    /// at most, and a foreign record's key may be longer: so letters are found by its hash.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE TABLE messaging.dead_letters (
                dead_letter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                consumer_group text NOT NULL,
                topic text NOT NULL,
                partition integer NOT NULL,
                record_offset bigint NOT NULL,
                incarnation text NOT NULL,
                key bytea,
                event_id uuid,
                event_type text,
                version bigint NOT NULL,
                status text NOT NULL
                    CHECK (status IN ('waiting', 'parked', 'replayed', 'discarded')),
                exception_type text NOT NULL,
                exception_message text NOT NULL,
                recorded_at timestamptz NOT NULL,
                header_names text[] NOT NULL,
                header_values bytea[] NOT NULL,
                body bytea,
                dead_at timestamptz NOT NULL DEFAULT clock.now(),
                resolved_at timestamptz,
                resolved_by text,
                UNIQUE (consumer_group, topic, partition, record_offset, incarnation)
            );

            -- What blocks a key; asked by every batch, and nearly always empty.
            CREATE INDEX dead_letters_open
                ON messaging.dead_letters (consumer_group, topic, partition, sha256(key))
                WHERE status IN ('waiting', 'parked');
            """
        );
}
