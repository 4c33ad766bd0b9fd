using ConcertReservation.Contracts;
using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Integration.Messaging;

internal static class Given
{
    public static PaymentCompleted Paid(long paymentId, long version = 1) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            PaymentId = paymentId,
            ReservationId = paymentId,
            UserId = 1,
            Amount = new Money(50_000),
            PaymentMethod = "POINT",
            Version = version,
        };

    /// <summary>Payments whose keys are in other partitions than that of this one.</summary>
    public static List<long> IdsBeside(long paymentId, int count) =>
        [
            .. Enumerable
                .Range(1000, 10_000)
                .Select(id => (long)id)
                .Where(id => Partition(id) != Partition(paymentId))
                .Take(count),
        ];

    public static Task PaidAsync(this ConsumingSystem system, Range ids) =>
        system.ProduceAsync(Ids(ids).Select(id => Paid(id)));

    public static Task ProduceAsync(
        this ConsumingSystem system,
        IEnumerable<DomainEvent> domainEvents
    ) => Task.WhenAll(domainEvents.Select(e => (Task)system.ProduceAsync(e)).ToArray());

    /// <summary>
    /// The embedded Kafka keeps the newest 5 MB of a partition: what was there is deleted.
    /// </summary>
    public static async Task OverflowAsync(this ConsumingSystem system, int partition)
    {
        for (var i = 0; i < 8; i++)
        {
            await system.ProduceAsync(
                Topics.Payments,
                partition,
                key: null,
                new byte[900_000],
                ("ce_type", "FROM_TOMORROW"u8.ToArray())
            );
        }
    }

    /// <summary>Returns when so many effects are committed; a check for more comes after.</summary>
    public static Task AppliedAsync(this ConsumingSystem system, int count) =>
        Eventually.Until(
            $"{count} effects are there",
            async () => (await system.ListAsync<long>("SELECT count(*) FROM effects"))[0] >= count
        );

    /// <summary>
    /// Returns when the group's positions have passed so many records of a topic.
    /// </summary>
    public static Task SettledAsync(this ConsumingSystem system, string topic, int records) =>
        Eventually.Until(
            $"{records} records of {topic} are passed",
            async () =>
                (
                    await system.ListAsync<long>(
                        $"""
                        SELECT COALESCE(sum(next_offset), 0)::bigint
                        FROM messaging.consumer_positions WHERE topic = '{topic}'
                        """
                    )
                )[0] == records
        );

    public static async Task EffectsShouldBeAsync(this ConsumingSystem system, Range ids) =>
        (await system.EffectsAsync()).Order().ShouldBe(Ids(ids));

    /// <summary>Status and key of each dead letter, as the operator finds them.</summary>
    public static Task<List<string>> StatusesAsync(this ConsumingSystem system) =>
        system.ListAsync<string>(
            """
            SELECT trim(status || ' ' || COALESCE(convert_from(key, 'UTF8'), ''))
            FROM messaging.dead_letters ORDER BY dead_letter_id
            """
        );

    private static IEnumerable<long> Ids(Range ids) =>
        Enumerable.Range(ids.Start.Value, ids.End.Value - ids.Start.Value + 1).Select(i => (long)i);

    /// <summary>As librdkafka's murmur2 partitioner and Java's choose.</summary>
    private static int Partition(long paymentId) =>
        Murmur2.Partition($"payment-{paymentId}", Topics.Partitions[Topics.Payments]);
}
