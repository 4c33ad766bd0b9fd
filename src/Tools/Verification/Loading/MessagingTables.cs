using Npgsql;

namespace ConcertReservation.Verification.Loading;

/// <summary>What PostgreSQL has of messages: outbox, event store, inbox, positions.</summary>
internal static class MessagingTables
{
    /// <summary>
    /// The Kafka of today: offsets and positions of an earlier one mean nothing in it.
    /// </summary>
    private const string ThisLog = """
        (SELECT incarnation FROM messaging.consumer_positions ORDER BY moved_at DESC LIMIT 1)
        """;

    /// <remarks>
    /// The relay's position is two snapshots: all that the first shows is in Kafka, and of what the
    /// second shows, the rows up to its page.
    /// </remarks>
    private const string OutboxSql = """
        SELECT o.topic, o.key, o.event_id, o.event_type, o.version, o.body, o.seq,
            coalesce(
                pg_visible_in_snapshot(o.xid, p.from_snapshot)
                    OR (o.seq <= p.last_seq AND pg_visible_in_snapshot(o.xid, p.to_snapshot)),
                false)
        FROM messaging.outbox o LEFT JOIN messaging.relay_position p ON true
        ORDER BY o.seq
        """;

    private const string StoredSql = $"""
        SELECT topic, key, event_id, event_type, version, body, partition, "offset",
            coalesce(incarnation = {ThisLog}, false)
        FROM data_platform.events
        ORDER BY seq
        """;

    private const string InboxSql = """
        SELECT consumer_group, event_id FROM messaging.consumer_groups JOIN (
            SELECT group_id, event_id FROM messaging.inbox
            UNION ALL SELECT group_id, event_id FROM messaging.inbox_foreign
        ) AS i USING (group_id)
        """;

    private const string DeadLettersSql = $"""
        SELECT consumer_group, topic, partition, record_offset, event_id,
            coalesce(incarnation = {ThisLog}, false), dead_at
        FROM messaging.dead_letters
        """;

    /// <summary>Not of the group that lists dead letters, which reads their topics.</summary>
    private const string PositionsSql = $"""
        SELECT consumer_group, topic, partition, next_offset
        FROM messaging.consumer_positions
        WHERE incarnation = {ThisLog} AND topic NOT LIKE '%-dlt'
        """;

    public static async Task<History> ReadAsync(
        History history,
        NpgsqlConnection db,
        CancellationToken stop
    )
    {
        var inbox = await db.ListAsync(
            InboxSql,
            r => (Group: r.GetString(0), EventId: r.GetGuid(1)),
            stop
        );
        return history with
        {
            Outbox = await db.ListAsync(
                OutboxSql,
                r => new OutboxRow(r.GetInt64(6), Event(r), r.GetBoolean(7)),
                stop
            ),
            Stored = await db.ListAsync(
                StoredSql,
                r => new StoredEvent(Event(r), r.GetInt32(6), r.GetInt64(7), r.GetBoolean(8)),
                stop
            ),
            Inbox = inbox
                .GroupBy(i => i.Group)
                .ToDictionary(
                    g => g.Key,
                    g => (IReadOnlySet<Guid>)g.Select(i => i.EventId).ToHashSet()
                ),
            DeadLetters = await db.ListAsync(
                DeadLettersSql,
                r => new DeadLetterRow(
                    r.GetString(0),
                    r.GetString(1),
                    r.GetInt32(2),
                    r.GetInt64(3),
                    r.IsDBNull(4) ? null : r.GetGuid(4),
                    r.GetBoolean(5)
                )
                {
                    DeadAt = r.Time(6),
                },
                stop
            ),
            Positions = await db.ListAsync(
                PositionsSql,
                r => new GroupPosition(
                    r.GetString(0),
                    r.GetString(1),
                    r.GetInt32(2),
                    r.GetInt64(3),
                    Committed: null
                ),
                stop
            ),
        };
    }

    private static TopicEvent Event(NpgsqlDataReader r) =>
        Reading.Event(
            r.GetString(0),
            r.GetString(1),
            r.GetGuid(2),
            r.GetString(3),
            r.GetInt64(4),
            r.GetFieldValue<byte[]>(5)
        );
}
