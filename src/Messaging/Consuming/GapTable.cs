using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// <c>messaging.consumer_gaps</c>: what a group will never get of Kafka. Written in the transaction
/// that passes the gap; while one is open the outbox keeps its days, which have it still.
/// </summary>
internal static class GapTable
{
    /// <summary>
    /// What is applied is not lost: a rewind may go back behind where Kafka's log begins now. One
    /// at the place of a closed one is of a topic that was made again.
    /// </summary>
    private const string InsertSql = """
        WITH applied AS (
            SELECT coalesce(max(next_offset), 0) AS next_offset FROM messaging.consumer_positions
            WHERE consumer_group = $1 AND incarnation = $2 AND topic = $3 AND partition = $4)
        INSERT INTO messaging.consumer_gaps AS known
            (consumer_group, incarnation, topic, partition, from_offset, to_offset)
        SELECT $1, $2, $3, $4, greatest($5, next_offset), $6 FROM applied
        WHERE next_offset < $6
        ON CONFLICT (consumer_group, incarnation, topic, partition, from_offset) DO UPDATE
        SET to_offset = excluded.to_offset, found_at = clock_timestamp(), closed_at = NULL
        WHERE known.closed_at IS NOT NULL
        RETURNING from_offset
        """;

    /// <summary>Before the position advances.</summary>
    /// <returns>What of the gaps is lost and was not known yet.</returns>
    public static async Task<IReadOnlyList<OffsetGap>> InsertAsync(
        NpgsqlConnection connection,
        GroupPartition partition,
        IReadOnlyList<OffsetGap> gaps,
        CancellationToken stop
    )
    {
        var lost = new List<OffsetGap>();
        foreach (var gap in gaps)
        {
            await using var command = new NpgsqlCommand(InsertSql, connection);
            command.Parameters.AddWithValue(partition.Group);
            command.Parameters.AddWithValue(partition.Incarnation);
            command.Parameters.AddWithValue(partition.Topic);
            command.Parameters.AddWithValue(partition.Partition);
            command.Parameters.AddWithValue(gap.From);
            command.Parameters.AddWithValue(gap.To);
            if (await command.ExecuteScalarAsync(stop) is long from)
                lost.Add(gap with { From = from });
        }

        return lost;
    }
}
