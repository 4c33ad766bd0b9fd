using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>What requests have begun, and background work has still to end.</summary>
internal static class UnderWay
{
    private static readonly string LeftSql = $"""
        WITH store AS (
            SELECT topic, partition, next_offset, incarnation FROM messaging.consumer_positions
            WHERE consumer_group = '{ConsumerGroups.DataPlatform}' AND incarnation = (
                SELECT incarnation FROM messaging.consumer_positions
                ORDER BY moved_at DESC LIMIT 1))
        SELECT 'events between outbox and event store' FROM messaging.outbox o
            WHERE NOT EXISTS (SELECT FROM data_platform.events e
                WHERE e.key = o.key AND e.version = o.version)
        UNION SELECT 'events on their way to ' || r.consumer_group
            FROM (VALUES {Readers()}) AS r (consumer_group, topic)
            JOIN store USING (topic)
            LEFT JOIN messaging.consumer_positions own
                USING (consumer_group, incarnation, topic, partition)
            WHERE coalesce(own.next_offset, 0) < store.next_offset
        UNION SELECT 'records to be read again' FROM messaging.consumer_rereads
            WHERE next_offset < to_offset AND incarnation IN (SELECT incarnation FROM store)
        UNION SELECT 'mails to be sent' FROM notifications.mails WHERE state = 'pending'
        UNION SELECT 'payments to be finished' FROM payments.payments
            WHERE next_check_at <= clock.now()
                OR (next_check_at IS NOT NULL AND payment_key IS NOT NULL)
                OR status IN ('UNKNOWN', 'REFUND_REQUESTED')
        UNION SELECT 'cancelled concerts to be settled' FROM reservations.concerts
            WHERE cancelled_at IS NOT NULL AND NOT is_settled
        UNION SELECT 'concerts to be sold out or reopened' FROM concerts.concerts
            WHERE status <> 'CANCELLED' AND (sold_seats >= total_seats) <> (status = 'SOLD_OUT')
        UNION SELECT 'persons to be erased' FROM accounts.customers
            WHERE next_erasure_at <= clock.now() OR (deleted_at IS NOT NULL AND erasures = 0)
        UNION SELECT 'statistics to be built' FROM data_platform.rebuild WHERE finished_at IS NULL
        UNION SELECT 'rankings to be built' FROM ranking.rebuild WHERE finished_at IS NULL
        """;

    /// <returns>The kinds of it, or nothing.</returns>
    public static async Task<string> LeftAsync(TestSystem system) =>
        string.Join(", ", await system.Database.ReadAsync<string>(LeftSql));

    private static string Readers() =>
        string.Join(
            ", ",
            ConsumerGroups
                .Topics.Where(g => g.Key != ConsumerGroups.DataPlatform)
                .SelectMany(g => g.Value.Select(topic => $"('{g.Key}', '{topic}')"))
        );
}
