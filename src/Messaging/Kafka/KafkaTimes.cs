using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>Where the records of a time begin, by the timestamps of the brokers' logs.</summary>
internal static class KafkaTimes
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TeardownLimit = TimeSpan.FromSeconds(2);

    /// <param name="partitions">Topics without the prefix.</param>
    /// <returns>
    /// The first offset at or after the time; a partition without such a record is left out.
    /// </returns>
    /// <exception cref="KafkaException">Kafka does not answer.</exception>
    public static Task<IReadOnlyDictionary<(string Topic, int Partition), long>> ReadAsync(
        KafkaClients clients,
        IReadOnlyCollection<(string Topic, int Partition)> partitions,
        DateTimeOffset time,
        CancellationToken stop
    ) => OwnThread.RunAsync(() => Read(clients, partitions, time)).WaitAsync(stop);

    private static IReadOnlyDictionary<(string Topic, int Partition), long> Read(
        KafkaClients clients,
        IReadOnlyCollection<(string Topic, int Partition)> partitions,
        DateTimeOffset time
    )
    {
        // Before 1970 there are no records, and numbers below 0 name other places to brokers.
        var since = time < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : time;
        // Of no group: it only asks.
        var consumer = clients.Consumer(clients.ConsumerConfig("times", "times"), _ => { }).Build();
        try
        {
            var asked = partitions.Select(p => new TopicPartitionTimestamp(
                clients.Prefixed(p.Topic),
                p.Partition,
                new Timestamp(since)
            ));
            return consumer
                .OffsetsForTimes(asked, AnswerLimit)
                .Where(o => !o.Offset.IsSpecial)
                .ToDictionary(
                    o => (clients.Unprefixed(o.Topic)!, o.Partition.Value),
                    o => o.Offset.Value
                );
        }
        finally
        {
            KafkaTeardown.End(consumer, TeardownLimit);
        }
    }
}
