using ConcertReservation.BuildingBlocks.Data;
using Npgsql;
using NpgsqlTypes;

namespace ConcertReservation.Messaging;

/// <summary>What the inbox says about the events of a batch.</summary>
/// <param name="New">Ids that this group has not seen: they are its now, if the transaction
/// commits.</param>
/// <param name="BlockedKeys">Keys of the batch with a dead letter that waits.</param>
internal sealed record InboxAnswer(HashSet<Guid> New, IReadOnlyList<byte[]> BlockedKeys);

/// <summary>
/// Since the session began its topic was made again, or lost its end: the places that the session
/// knows mean nothing any more.
/// </summary>
internal sealed class PositionForgottenException()
    : Exception("The position of the partition is forgotten.");

/// <summary>Which events a group has applied, and how far it is in each partition.</summary>
internal static class InboxTable
{
    /// <summary>
    /// First of all, so that the row's lock makes two owners of a partition take turns: one that
    /// does not know yet that it lost it, and the next. Decisions about dead letters take the same
    /// lock.
    /// </summary>
    private const string AdvanceSql = """
        UPDATE messaging.consumer_positions
        SET next_offset = GREATEST(next_offset, $5), moved_at = clock_timestamp()
        WHERE consumer_group = $1 AND incarnation = $2 AND topic = $3 AND partition = $4
        """;

    /// <summary>
    /// Nothing is applied yet; but from here on nothing may be missing, however long the first one
    /// takes.
    /// </summary>
    private const string BeginSql = """
        INSERT INTO messaging.consumer_positions
            (consumer_group, incarnation, topic, partition, next_offset)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>
    /// An earlier letter of the key waits. Whether any waits at all is asked once a statement, and
    /// nearly always the answer to all keys; else the key is found by its hash, as a key may be
    /// longer than an index entry.
    /// </summary>
    private const string IsBlocked = """
        ((SELECT EXISTS (
            SELECT FROM messaging.dead_letters AS letter
            WHERE letter.consumer_group = $1 AND letter.topic = $2 AND letter.partition = $3
                AND letter.status IN ('waiting', 'parked')))
        AND EXISTS (
            SELECT FROM messaging.dead_letters AS letter
            WHERE letter.consumer_group = $1 AND letter.topic = $2 AND letter.partition = $3
                AND letter.status IN ('waiting', 'parked')
                AND sha256(letter.key) = sha256(claimed.key) AND letter.key = claimed.key))
        """;

    /// <summary>Of the batch's keys alone: however many letters wait, it costs no more.</summary>
    private const string BlockedKeysSql = $"""
        SELECT key FROM unnest($4::bytea[]) AS claimed (key)
        WHERE key IS NOT NULL AND {IsBlocked}
        """;

    private static readonly string ClaimSql = Claim("inbox", elsewhere: "inbox_foreign");
    private static readonly string ClaimForeignSql = Claim("inbox_foreign", elsewhere: "inbox");

    /// <summary>
    /// Claims events that will not be applied but become dead letters, blocked key or not.
    /// </summary>
    private const string ClaimLettersSql = """
        WITH claimed AS (SELECT unnest($2::uuid[]) AS id),
        native AS (
            INSERT INTO messaging.inbox (event_id, group_id)
            SELECT id, $1 FROM claimed WHERE id = ANY ($3::uuid[])
                AND NOT EXISTS (
                    SELECT FROM messaging.inbox_foreign AS f
                    WHERE f.event_id = id AND f.group_id = $1)
            ON CONFLICT DO NOTHING RETURNING event_id),
        outside AS (
            INSERT INTO messaging.inbox_foreign (event_id, group_id)
            SELECT id, $1 FROM claimed WHERE id <> ALL ($3::uuid[])
                AND NOT EXISTS (
                    SELECT FROM messaging.inbox AS n WHERE n.event_id = id AND n.group_id = $1)
            ON CONFLICT DO NOTHING RETURNING event_id)
        SELECT event_id FROM native UNION ALL SELECT event_id FROM outside
        """;

    /// <summary>The group has met the first record of a partition.</summary>
    public static async Task BeginAsync(
        NpgsqlDataSource dataSource,
        GroupPartition partition,
        long firstOffset,
        CancellationToken stop
    )
    {
        await using var batch = dataSource.CreateBatch();
        AddPosition(batch, BeginSql, partition, firstOffset);
        await batch.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// Stores the position, claims the events and asks for blocked keys, in one round trip.
    /// </summary>
    /// <exception cref="PositionForgottenException">What was read is of another log.</exception>
    public static async Task<InboxAnswer> ClaimAsync(
        NpgsqlConnection connection,
        GroupPartition partition,
        long nextOffset,
        IReadOnlyList<ReceivedEvent> events,
        DateTimeOffset now,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        AddPosition(batch, AdvanceSql, partition, nextOffset);
        var asked = events.Select(e => e.Record.KeyBytes).Distinct(KeyComparer.Instance).ToArray();
        AddAboutKeys(batch, BlockedKeysSql, partition, asked);

        var foreign = events.Where(e => !InboxPartitions.IsNative(e.EventId, now)).ToArray();
        var native = foreign.Length == 0 ? events : [.. events.Except(foreign)];
        if (native.Count > 0)
            AddClaim(batch, ClaimSql, partition, native);
        if (foreign.Length > 0)
            AddClaim(batch, ClaimForeignSql, partition, foreign);

        await using var reader = await batch.ExecuteReaderAsync(stop);
        var keys = new List<byte[]>();
        while (await reader.ReadAsync(stop))
            keys.Add(reader.GetFieldValue<byte[]>(0));
        var claimed = new HashSet<Guid>(events.Count);
        while (await reader.NextResultAsync(stop))
        {
            while (await reader.ReadAsync(stop))
                claimed.Add(reader.GetGuid(0));
        }

        ThrowIfForgotten(batch.BatchCommands[0].RecordsAffected);
        return new InboxAnswer(claimed, keys);
    }

    /// <summary>Which of the ids are new to the group; they are its from here on.</summary>
    public static async Task<HashSet<Guid>> ClaimLettersAsync(
        NpgsqlConnection connection,
        int groupId,
        IReadOnlyList<Guid> ids,
        DateTimeOffset now,
        CancellationToken stop
    )
    {
        if (ids.Count == 0)
            return [];

        var all = ids.Distinct().ToArray();
        var native = all.Where(id => InboxPartitions.IsNative(id, now)).ToArray();
        await using var command = new NpgsqlCommand(ClaimLettersSql, connection);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = groupId });
        command.Parameters.AddArray(NpgsqlDbType.Uuid, all);
        command.Parameters.AddArray(NpgsqlDbType.Uuid, native);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var claimed = new HashSet<Guid>();
        while (await reader.ReadAsync(stop))
            claimed.Add(reader.GetGuid(0));
        return claimed;
    }

    /// <summary>For a group that has no inbox.</summary>
    /// <exception cref="PositionForgottenException">What was read is of another log.</exception>
    public static async Task AdvanceAsync(
        NpgsqlConnection connection,
        GroupPartition partition,
        long nextOffset,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        AddPosition(batch, AdvanceSql, partition, nextOffset);
        ThrowIfForgotten(await batch.ExecuteNonQueryAsync(stop));
    }

    private static void ThrowIfForgotten(int positions)
    {
        if (positions == 0)
            throw new PositionForgottenException();
    }

    private static void AddPosition(
        NpgsqlBatch batch,
        string sql,
        GroupPartition partition,
        long nextOffset
    )
    {
        var advance = batch.CreateBatchCommand();
        advance.CommandText = sql;
        advance.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Group });
        advance.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Incarnation });
        advance.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Topic });
        advance.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition.Partition });
        advance.Parameters.Add(new NpgsqlParameter<long> { TypedValue = nextOffset });
        batch.BatchCommands.Add(advance);
    }

    private static void AddClaim(
        NpgsqlBatch batch,
        string sql,
        GroupPartition partition,
        IReadOnlyList<ReceivedEvent> events
    )
    {
        var ids = new Guid[events.Count];
        var keys = new byte[]?[events.Count];
        for (var i = 0; i < ids.Length; i++)
            (ids[i], keys[i]) = (events[i].EventId, events[i].Record.KeyBytes);

        var claim = AddAboutKeys(batch, sql, partition, keys);
        claim.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition.GroupId });
        claim.Parameters.AddArray(NpgsqlDbType.Uuid, ids);
    }

    private static NpgsqlBatchCommand AddAboutKeys(
        NpgsqlBatch batch,
        string sql,
        GroupPartition partition,
        byte[]?[] keys
    )
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = sql;
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Group });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = partition.Topic });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = partition.Partition });
        command.Parameters.AddArray(NpgsqlDbType.Bytea, keys);
        batch.BatchCommands.Add(command);
        return command;
    }

    /// <summary>Events of a blocked key stay out: they are parked, not applied.</summary>
    /// <param name="elsewhere">
    /// The other table of ids: an id may have been claimed there when its time was another.
    /// </param>
    private static string Claim(string table, string elsewhere) =>
        $"""
            INSERT INTO messaging.{table} (event_id, group_id)
            SELECT id, $5 FROM unnest($6::uuid[], $4::bytea[]) AS claimed (id, key)
            WHERE NOT {IsBlocked}
                AND NOT EXISTS (
                    SELECT FROM messaging.{elsewhere} AS other
                    WHERE other.event_id = claimed.id AND other.group_id = $5)
            ON CONFLICT DO NOTHING
            RETURNING event_id
            """;
}
