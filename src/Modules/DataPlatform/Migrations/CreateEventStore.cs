using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.DataPlatform.Migrations;

[DbContext(typeof(DataPlatformDb))]
[Migration("20261121_0001_event_store")]
internal sealed class CreateEventStore : Migration
{
    /// <remarks>
    /// Body and headers are kept as the bytes that Kafka delivered. EventStorePartitions attaches a
    /// partition for each month; there is no default one, which attaching would have to scan.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            CREATE SEQUENCE data_platform.event_seq AS bigint;

            CREATE TABLE data_platform.events (
                seq            bigint      NOT NULL DEFAULT nextval('data_platform.event_seq'),
                received_at    timestamptz NOT NULL DEFAULT clock.now(),
                incarnation    text        NOT NULL,
                topic          text        NOT NULL,
                partition      int         NOT NULL,
                "offset"       bigint      NOT NULL,
                key            text        NOT NULL,
                event_id       uuid        NOT NULL,
                event_type     text        NOT NULL,
                version        bigint      NOT NULL,
                occurred_at    timestamptz NOT NULL,
                appended_at    timestamptz NOT NULL,
                header_names   text[]      NOT NULL,
                header_values  bytea[]     NOT NULL,
                body           bytea       NOT NULL
            ) PARTITION BY RANGE (received_at);
            CREATE INDEX ON data_platform.events (seq);
            CREATE INDEX ON data_platform.events (key, version);
            COMMENT ON COLUMN data_platform.events.appended_at IS 'the record''s own timestamp';
            """
        );
}
