using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>A partition that a group reads again.</summary>
/// <param name="From">The first offset that is read again.</param>
/// <param name="Next">What is to be read next.</param>
/// <param name="To">Where the group was when it was set back.</param>
internal sealed record Reread(string Topic, int Partition, long From, long Next, long To);

/// <summary>The last time that somebody set a group back.</summary>
/// <param name="FromTime">null for the start of the topics.</param>
internal sealed record ConsumerReset(
    string Group,
    DateTimeOffset? FromTime,
    DateTimeOffset RequestedAt,
    string RequestedBy,
    IReadOnlyList<Reread> Rereads
);

/// <summary><c>messaging.consumer_resets</c> and what is read again for them.</summary>
internal static class ResetTable
{
    private const string NumberSql = """
        SELECT number FROM messaging.consumer_resets WHERE consumer_group = $1
        """;

    /// <summary>The newest decides: what an earlier one has not read yet is forgotten.</summary>
    private const string ForgetSql = """
        DELETE FROM messaging.consumer_rereads WHERE consumer_group = $1
        """;

    private const string ResetSql = """
        INSERT INTO messaging.consumer_resets AS known
            (consumer_group, number, incarnation, from_time, requested_at, requested_by)
        VALUES ($1, 1, $2, $3, clock.now(), $4)
        ON CONFLICT (consumer_group) DO UPDATE
        SET number = known.number + 1, incarnation = excluded.incarnation,
            from_time = excluded.from_time, requested_at = excluded.requested_at,
            requested_by = excluded.requested_by
        """;

    private const string RereadSql = """
        INSERT INTO messaging.consumer_rereads
            (consumer_group, incarnation, topic, partition, from_offset, next_offset, to_offset)
        SELECT consumer_group, incarnation, topic, partition, begin, begin, next_offset
        FROM messaging.consumer_positions
        JOIN unnest($3::text[], $4::int[], $5::bigint[]) AS begin (topic, partition, begin)
            USING (topic, partition)
        WHERE consumer_group = $1 AND incarnation = $2 AND begin < next_offset
        """;

    private const string AdvanceSql = """
        UPDATE messaging.consumer_rereads SET next_offset = least($5, to_offset)
        WHERE consumer_group = $1 AND incarnation = $2 AND topic = $3 AND partition = $4
            AND next_offset < $5 AND next_offset < to_offset
        """;

    private const string ShowSql = """
        SELECT from_time, requested_at, requested_by, topic, partition, from_offset, next_offset,
            to_offset
        FROM messaging.consumer_resets LEFT JOIN messaging.consumer_rereads USING (consumer_group)
        WHERE consumer_group = $1 ORDER BY topic, partition
        """;

    /// <summary>Rises by one each time the group is set back; 0 before the first.</summary>
    public static async Task<int> NumberAsync(
        NpgsqlDataSource dataSource,
        string group,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(NumberSql);
        command.Parameters.AddWithValue(group);
        return await command.ExecuteScalarAsync(stop) as int? ?? 0;
    }

    /// <summary>
    /// All or nothing, as a batch of statements is; resets of one group at once take turns, since
    /// each takes the group's own row first.
    /// </summary>
    /// <param name="starts">Where to begin in each partition of this incarnation.</param>
    public static async Task ResetAsync(
        NpgsqlDataSource dataSource,
        string group,
        string incarnation,
        DateTimeOffset? fromTime,
        IReadOnlyDictionary<(string Topic, int Partition), long> starts,
        string by,
        CancellationToken stop
    )
    {
        await using var batch = dataSource.CreateBatch();
        var reset = Add(ResetSql);
        reset.AddWithValue(group);
        reset.AddWithValue(incarnation);
        reset.Add(
            new NpgsqlParameter
            {
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
                Value = (object?)fromTime?.UtcDateTime ?? DBNull.Value,
            }
        );
        reset.AddWithValue(by);

        Add(ForgetSql).AddWithValue(group);

        var rereads = Add(RereadSql);
        rereads.AddWithValue(group);
        rereads.AddWithValue(incarnation);
        rereads.AddWithValue(starts.Keys.Select(k => k.Topic).ToArray());
        rereads.AddWithValue(starts.Keys.Select(k => k.Partition).ToArray());
        rereads.AddWithValue(starts.Values.ToArray());
        await batch.ExecuteNonQueryAsync(stop);

        NpgsqlParameterCollection Add(string sql)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText = sql;
            batch.BatchCommands.Add(command);
            return command.Parameters;
        }
    }

    /// <summary>In the transaction of a batch that was read again.</summary>
    public static async Task AdvanceAsync(
        NpgsqlConnection connection,
        GroupPartition partition,
        long nextOffset,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(AdvanceSql, connection);
        command.Parameters.AddWithValue(partition.Group);
        command.Parameters.AddWithValue(partition.Incarnation);
        command.Parameters.AddWithValue(partition.Topic);
        command.Parameters.AddWithValue(partition.Partition);
        command.Parameters.AddWithValue(nextOffset);
        await command.ExecuteNonQueryAsync(stop);
    }

    /// <returns>null for a group that nobody ever set back.</returns>
    public static async Task<ConsumerReset?> FindAsync(
        NpgsqlDataSource dataSource,
        string group,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(ShowSql);
        command.Parameters.AddWithValue(group);
        await using var reader = await command.ExecuteReaderAsync(stop);
        ConsumerReset? reset = null;
        var rereads = new List<Reread>();
        while (await reader.ReadAsync(stop))
        {
            reset ??= new ConsumerReset(
                group,
                reader.IsDBNull(0) ? null : reader.GetFieldValue<DateTimeOffset>(0),
                reader.GetFieldValue<DateTimeOffset>(1),
                reader.GetString(2),
                rereads
            );
            if (reader.IsDBNull(3))
                continue;

            rereads.Add(
                new Reread(
                    reader.GetString(3),
                    reader.GetInt32(4),
                    reader.GetInt64(5),
                    reader.GetInt64(6),
                    reader.GetInt64(7)
                )
            );
        }

        return reset;
    }
}
