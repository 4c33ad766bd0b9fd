using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace ConcertReservation.Messaging.Migrations;

[DbContext(typeof(MessagingDb))]
[Migration("20261121_0006_consumer_resets")]
internal sealed class AddConsumerResets : Migration
{
    /// <remarks>
    /// Positions never go back: they say what is applied. What a group reads again beside them has
    /// places of its own, which outlive a host that dies in the midst of it.
    /// </remarks>
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql(
            """
            -- The last time that somebody set the group back; hosts follow the number.
            CREATE TABLE messaging.consumer_resets (
                consumer_group text PRIMARY KEY,
                number         integer NOT NULL,
                incarnation    text NOT NULL,
                from_time      timestamptz,
                requested_at   timestamptz NOT NULL,
                requested_by   text NOT NULL
            );

            CREATE TABLE messaging.consumer_rereads (
                consumer_group text NOT NULL REFERENCES messaging.consumer_resets,
                incarnation    text NOT NULL,
                topic          text NOT NULL,
                partition      int NOT NULL,
                from_offset    bigint NOT NULL,
                next_offset    bigint NOT NULL,
                to_offset      bigint NOT NULL,
                PRIMARY KEY (consumer_group, incarnation, topic, partition)
            ) WITH (fillfactor = 50);
            """
        );
}
