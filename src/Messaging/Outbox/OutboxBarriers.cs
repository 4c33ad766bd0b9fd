using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>
/// Whether all groups have applied a day of the outbox. Rows have no offsets; but once all of a day
/// are in Kafka, where its partitions end is behind them all, and a group that has applied up to
/// there has applied the day.
/// </summary>
internal sealed class OutboxBarriers(
    NpgsqlConnection connection,
    KafkaClients clients,
    KafkaCluster cluster,
    IReadOnlyList<ConsumerGroup> groups
)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    /// <summary>For a day whose rows are all in this Kafka.</summary>
    public async Task<bool> IsAppliedByAllAsync(
        OutboxPartition day,
        string incarnation,
        CancellationToken stop
    )
    {
        if (
            !await ExistsAsync(day, incarnation, stop) && !await TrySetAsync(day, incarnation, stop)
        )
        {
            return false;
        }

        foreach (var group in groups)
        {
            if (await IsBehindAsync(group, day, incarnation, stop))
                return false;
        }

        return true;
    }

    private async Task<bool> ExistsAsync(
        OutboxPartition day,
        string incarnation,
        CancellationToken stop
    )
    {
        await using var command = Command(
            """
            SELECT EXISTS (SELECT FROM messaging.outbox_barriers
                WHERE outbox_partition = $1 AND incarnation = $2)
            """,
            day.Name,
            incarnation
        );
        return await command.ExecuteScalarAsync(stop) is true;
    }

    /// <returns>
    /// False where the ends may be of another Kafka, or groups have read more than there is: what
    /// they have read is another log, whose places tell nothing of this one, until they are
    /// forgotten.
    /// </returns>
    private async Task<bool> TrySetAsync(
        OutboxPartition day,
        string incarnation,
        CancellationToken stop
    )
    {
        // Before Kafka is asked: what is read meanwhile only makes its logs longer.
        var read = await LostRecords.ReadAsync(connection, incarnation, stop);
        var ends = await KafkaWatermarks.ReadAsync(clients, Topics.Partitions.Keys, stop);
        if (
            LostRecords.Shorter(read, ends).Count > 0
            || !await cluster.IsStillAsync(incarnation, AnswerLimit, stop)
        )
        {
            return false;
        }

        await using var command = Command(
            """
            WITH forgotten AS (
                DELETE FROM messaging.outbox_barriers WHERE outbox_partition = $1)
            INSERT INTO messaging.outbox_barriers
                (outbox_partition, incarnation, topic, partition, end_offset)
            SELECT $1, $2, log.topic, log.partition,
                -- Of a log that has nothing any more a new group will never have a place.
                CASE WHEN log.is_empty AND NOT EXISTS (
                        SELECT FROM messaging.consumer_positions AS position
                        WHERE position.incarnation = $2 AND position.topic = log.topic
                            AND position.partition = log.partition
                            AND position.next_offset < log.end_offset)
                    THEN 0 ELSE log.end_offset END
            FROM unnest($3::text[], $4::int[], $5::bigint[], $6::boolean[])
                AS log (topic, partition, end_offset, is_empty)
            ON CONFLICT (outbox_partition, topic, partition) DO UPDATE
            SET incarnation = excluded.incarnation, end_offset = excluded.end_offset
            """,
            day.Name,
            incarnation
        );
        command.Parameters.AddArray(NpgsqlDbType.Text, ends.Keys.Select(e => e.Topic).ToArray());
        command.Parameters.AddArray(
            NpgsqlDbType.Integer,
            ends.Keys.Select(e => e.Partition).ToArray()
        );
        command.Parameters.AddArray(NpgsqlDbType.Bigint, ends.Values.Select(e => e.High).ToArray());
        command.Parameters.AddArray(
            NpgsqlDbType.Boolean,
            ends.Values.Select(e => e.IsEmpty).ToArray()
        );
        await command.ExecuteNonQueryAsync(stop);
        return true;
    }

    private async Task<bool> IsBehindAsync(
        ConsumerGroup group,
        OutboxPartition day,
        string incarnation,
        CancellationToken stop
    )
    {
        await using var command = Command(
            """
            SELECT EXISTS (
                SELECT FROM messaging.outbox_barriers AS barrier
                LEFT JOIN messaging.consumer_positions AS position
                    ON position.consumer_group = $3 AND position.incarnation = barrier.incarnation
                    AND position.topic = barrier.topic AND position.partition = barrier.partition
                WHERE barrier.outbox_partition = $1 AND barrier.incarnation = $2
                    AND barrier.topic = ANY($4)
                    AND coalesce(position.next_offset, 0) < barrier.end_offset)
                -- Which day the missing ones are of nobody knows.
                OR EXISTS (
                    SELECT FROM messaging.consumer_gaps AS gap
                    WHERE gap.consumer_group = $3 AND gap.topic = ANY($4)
                        AND gap.closed_at IS NULL)
            """,
            day.Name,
            incarnation
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = group.Name });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. group.Topics] });
        return await command.ExecuteScalarAsync(stop) is true;
    }

    private NpgsqlCommand Command(string sql, string partition, string incarnation) =>
        new(sql, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = partition },
                new NpgsqlParameter<string> { TypedValue = incarnation },
            },
        };
}
