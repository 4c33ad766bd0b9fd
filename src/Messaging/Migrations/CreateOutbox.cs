using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261121_0001_outbox")]
internal sealed class CreateOutbox : Migration
{
    /// <remarks>
    /// Rows go into the partition of the machine's own day, not of <c>clock.now()</c>: where a
    /// row is kept is no business decision, and a shifted test clock must not leave the
    /// partitions that were made ahead.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(
            """
            CREATE TABLE messaging.outbox (
                seq         bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
                xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
                created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
                occurred_at timestamptz NOT NULL,
                version     bigint NOT NULL,
                event_id    uuid NOT NULL,
                topic       text NOT NULL,
                key         text NOT NULL,
                event_type  text NOT NULL,
                module      text NOT NULL,
                traceparent text,
                body        bytea NOT NULL
            ) PARTITION BY RANGE (created_at);

            -- What a new snapshot shows and the last one did not, is found by transaction.
            CREATE INDEX outbox_by_xid ON messaging.outbox (xid);
            -- The pages of a long backlog are read in order.
            CREATE INDEX outbox_by_seq ON messaging.outbox (seq);
            """
        );
        migrationBuilder.Sql(
            $"""
            DO $$
            DECLARE
                today timestamptz := date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
                day   timestamptz;
            BEGIN
                FOR i IN 0..{OutboxPartition.DaysAhead} LOOP
                    day := today + i * interval '24 hours';
                    EXECUTE format(
                        'CREATE TABLE messaging.%I PARTITION OF messaging.outbox '
                            'FOR VALUES FROM (%L) TO (%L)',
                        'outbox_' || to_char(day AT TIME ZONE 'UTC', 'YYYYMMDD'),
                        day, day + interval '24 hours');
                END LOOP;
            END $$;
            """
        );
        CreatePositions(migrationBuilder);
    }

    private static void CreatePositions(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            -- One row: how far the relay is. Between two snapshots it pages by seq.
            CREATE TABLE messaging.relay_position (
                only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
                epoch         bigint NOT NULL,
                from_snapshot pg_snapshot NOT NULL,
                to_snapshot   pg_snapshot,
                last_seq      bigint NOT NULL,
                incarnation   text,
                moved_at      timestamptz NOT NULL DEFAULT clock_timestamp()
            ) WITH (fillfactor = 10);
            INSERT INTO messaging.relay_position (epoch, from_snapshot, last_seq)
            VALUES (0, '3:3:', 0);

            -- How far each group has applied each partition, in the transaction of its effects.
            CREATE TABLE messaging.consumer_positions (
                consumer_group text NOT NULL,
                incarnation    text NOT NULL,
                topic          text NOT NULL,
                partition      int NOT NULL,
                next_offset    bigint NOT NULL,
                moved_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (consumer_group, incarnation, topic, partition)
            ) WITH (fillfactor = 50);

            -- Where Kafka ended when all rows of an outbox partition were in it: groups beyond have
            -- applied them.
            CREATE TABLE messaging.outbox_barriers (
                outbox_partition text NOT NULL,
                incarnation      text NOT NULL,
                topic            text NOT NULL,
                partition        int NOT NULL,
                end_offset       bigint NOT NULL,
                PRIMARY KEY (outbox_partition, topic, partition)
            );
            """
        );
}
