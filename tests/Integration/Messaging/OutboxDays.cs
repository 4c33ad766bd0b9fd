using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Days of the outbox that are long over.</summary>
internal static class OutboxDays
{
    public static readonly OutboxPartition Old = OutboxPartition.Named("outbox_20250101");

    /// <summary>As if it had been committed then; its partition is where the others are.</summary>
    public static async Task AddDayWithARowAsync(this MessagingSystem system, OutboxPartition day)
    {
        await system.ExecuteAsync(
            $"""
            CREATE TABLE messaging.{day.Name} PARTITION OF messaging.outbox
                FOR VALUES FROM ('{day.From:O}') TO ('{day.To:O}')
            """
        );
        await system.AddRowAsync(day);
    }

    public static async Task AddRowAsync(this MessagingSystem system, OutboxPartition day)
    {
        await system.PublishAsync(SomeEvents.SignUp(1));
        await system.ExecuteAsync(
            $"""
            UPDATE messaging.outbox SET created_at = '{day.From:O}' WHERE created_at > '{day.To:O}'
            """
        );
    }

    public static async Task<IReadOnlyList<string>> OutboxDaysAsync(this MessagingSystem system)
    {
        await using var connection = await system.Database.OpenConnectionAsync();
        var partitions = await new OutboxPartitions(connection).ListAsync(CancellationToken.None);
        return [.. partitions.Select(p => p.Day.Name)];
    }

    /// <summary>Of the Kafka that the relay has sent to, once it has recorded so.</summary>
    public static Task<string> RelayedIncarnationAsync(this MessagingSystem system) =>
        Eventually.Becomes(
            "the relay has recorded what it has sent",
            () =>
                system.ScalarAsync<string>(
                    """
                    SELECT CASE WHEN from_snapshot::text = '3:3:' THEN ''
                        ELSE coalesce(incarnation, '') END
                    FROM messaging.relay_position
                    """
                ),
            i => i.Length > 0
        );
}
