using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>What a partition keeps.</summary>
/// <param name="Start">The offset of its oldest record.</param>
/// <param name="End">The offset that its next record gets.</param>
internal readonly record struct KeptOffsets(long Start, long End)
{
    public bool IsEmpty => Start == End;
}

/// <summary>What each partition of our topics keeps.</summary>
internal static class KafkaEnds
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <returns>By topic (without the prefix) and partition.</returns>
    /// <exception cref="KafkaException">Kafka does not answer.</exception>
    public static Task<IReadOnlyDictionary<(string Topic, int Partition), KeptOffsets>> ReadAsync(
        KafkaClients clients,
        IEnumerable<string> topics
    ) => Task.Run(() => Read(clients, topics));

    private static IReadOnlyDictionary<(string Topic, int Partition), KeptOffsets> Read(
        KafkaClients clients,
        IEnumerable<string> topics
    )
    {
        var ends = new Dictionary<(string, int), KeptOffsets>();
        using var admin = clients.Admin("ends");
        // Of no group: it only asks.
        using var consumer = clients
            .Consumer(clients.ConsumerConfig("ends", "ends"), _ => { })
            .Build();
        foreach (var topic in topics)
        {
            var name = clients.Prefixed(topic);
            var partitions = admin.GetMetadata(name, Limit).Topics.Single().Partitions.Count;
            for (var partition = 0; partition < partitions; partition++)
            {
                var at = new TopicPartition(name, partition);
                var kept = consumer.QueryWatermarkOffsets(at, Limit);
                ends[(topic, partition)] = new KeptOffsets(kept.Low.Value, kept.High.Value);
            }
        }

        return ends;
    }
}
