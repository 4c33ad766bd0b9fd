using System.Diagnostics;
using Npgsql;

namespace ConcertReservation.Verification.Loading;

/// <summary>Waits until nothing is under way.</summary>
internal static class Draining
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <returns>How long it took, or null and what was left when the time ran out.</returns>
    public static async Task<(TimeSpan? After, IReadOnlyList<string> Left)> WaitAsync(
        NpgsqlDataSource dataSource,
        RedisRankings rankings,
        KafkaLog log,
        TimeSpan bound,
        CancellationToken stop
    )
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var left = await LeftAsync(dataSource, stop);
            if (left.Count == 0 && !await rankings.AreWholeAsync())
                left = ["the rankings, which are being rebuilt"];
            if (left.Count == 0 && !await HasKafkaAllAsync(dataSource, log, stop))
                left = ["a Kafka that gets everything again"];
            var elapsed = Stopwatch.GetElapsedTime(since);
            if (left.Count == 0)
                return (elapsed, []);
            if (elapsed > bound)
                return (null, left);
            await Task.Delay(Interval, stop);
        }
    }

    /// <summary>
    /// After a start without its data Kafka is behind a database that has everything: the relay
    /// has to notice, to send again what the outbox keeps, and the event store to read it.
    /// </summary>
    private static async Task<bool> HasKafkaAllAsync(
        NpgsqlDataSource dataSource,
        KafkaLog log,
        CancellationToken stop
    )
    {
        await using var db = await dataSource.OpenConnectionAsync(stop);
        var counts = await db.ListAsync(
            $"""
            SELECT (SELECT count(*) FROM messaging.outbox),
                (SELECT coalesce(sum(next_offset), 0)::bigint FROM messaging.consumer_positions
                    JOIN messaging.relay_position USING (incarnation)
                    WHERE consumer_group = '{ConsumerGroups.DataPlatform}')
            """,
            r => (Rows: r.GetInt64(0), Read: r.GetInt64(1)),
            stop
        );
        return counts[0].Read >= counts[0].Rows
            && await Task.Run(log.CountEverWritten, stop) >= counts[0].Rows;
    }

    /// <summary>What is under way, each with its number, seen in one snapshot.</summary>
    private static async Task<IReadOnlyList<string>> LeftAsync(
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        await using var db = await dataSource.OpenConnectionAsync(stop);
        var left = await db.ListAsync(
            $"""
            SELECT 'events between outbox and event store', count(*) FROM messaging.outbox o
            WHERE NOT EXISTS (SELECT FROM data_platform.events e
                WHERE e.key = o.key AND e.version = o.version)
                AND NOT EXISTS (SELECT FROM messaging.dead_letters d
                WHERE d.consumer_group = '{ConsumerGroups.DataPlatform}'
                    AND d.event_id = o.event_id)
            UNION ALL {BehindSql()}
            UNION ALL SELECT 'lapsed holds', count(*) FROM reservations.reservations
                WHERE status = 'HELD' AND held_until < clock.now()
            UNION ALL SELECT 'deleted accounts whose person is to be erased', count(*)
                FROM accounts.customers WHERE deleted_at IS NOT NULL AND erasures = 0
            UNION ALL SELECT 'payments being taken', count(*) FROM reservations.reservations
                WHERE status = 'PAYING'
            UNION ALL SELECT 'cancelled concerts with reservations to end', count(*)
                FROM reservations.concerts
                WHERE cancelled_at IS NOT NULL AND NOT is_settled
            UNION ALL SELECT 'payments unknown or being refunded', count(*) FROM payments.payments
                WHERE upper(status) IN ('UNKNOWN', 'REFUND_REQUESTED')
                    OR (upper(status) = 'FAILED' AND open_since IS NOT NULL)
            UNION ALL SELECT 'payments begun for what has ended', count(*)
                FROM payments.payments p
                JOIN reservations.reservations r ON r.id = p.reservation_id
                WHERE upper(p.status) = 'STARTED' AND r.status IN ('EXPIRED', 'CANCELLED')
                -- Where nobody can apply the end, the payment waits until it counts as abandoned.
                AND NOT EXISTS (SELECT FROM messaging.dead_letters d
                    WHERE d.consumer_group = '{ConsumerGroups.Payments}'
                        AND d.status IN ('waiting', 'parked')
                        AND d.key = convert_to('reservation-' || r.id, 'UTF8'))
            UNION ALL SELECT 'concerts to be marked sold out or reopened', count(*)
                FROM concerts.concerts
                WHERE status <> 'CANCELLED'
                    AND (sold_seats >= total_seats) <> (status = 'SOLD_OUT')
            -- Whoever reads in an older snapshot finds the tables that it swaps in half full.
            UNION ALL SELECT 'rebuild of the statistics', count(*) FROM data_platform.rebuild
                WHERE finished_at IS NULL
            UNION ALL SELECT 'mails not sent', count(*) FROM notifications.mails
                WHERE state = 'pending'
            """,
            r => (What: r.GetString(0), Count: r.GetInt64(1)),
            stop
        );
        return [.. left.Where(l => l.Count > 0).Select(l => $"{l.Count} {l.What}")];
    }

    /// <summary>
    /// How many messages each group is behind the event store, which reads all topics.
    /// </summary>
    private static string BehindSql()
    {
        var readers = ConsumerGroups
            .Topics.Where(g => g.Key != ConsumerGroups.DataPlatform)
            .SelectMany(g => g.Value.Select(topic => $"('{g.Key}', '{topic}')"));
        return $"""
            SELECT 'messages not yet applied by ' || r.name,
                coalesce(sum(
                    greatest(store.next_offset - coalesce(own.next_offset, 0), 0)), 0)::bigint
            FROM (VALUES {string.Join(", ", readers)}) AS r (name, topic)
            JOIN messaging.consumer_positions store
                ON store.consumer_group = '{ConsumerGroups.DataPlatform}' AND store.topic = r.topic
                AND store.incarnation = (
                    SELECT incarnation FROM messaging.consumer_positions
                    ORDER BY moved_at DESC LIMIT 1)
            LEFT JOIN messaging.consumer_positions own
                ON own.consumer_group = r.name AND own.incarnation = store.incarnation
                AND own.topic = store.topic AND own.partition = store.partition
            GROUP BY r.name
            """;
    }
}
