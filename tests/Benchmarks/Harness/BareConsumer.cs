using Confluent.Kafka;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>Confluent.Kafka's consumer with nothing around it.</summary>
internal static class BareConsumer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Every record from the start to the present end, of no group.</summary>
    /// <exception cref="TimeoutException">Kafka gives no more before the end.</exception>
    public static void ReadAll(BenchTopics topics, Action<ConsumeResult<byte[], byte[]>> read)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = topics.BootstrapServers,
                GroupId = $"{topics.Prefix}reads-all",
                EnableAutoCommit = false,
                EnablePartitionEof = true,
            }
        ).Build();
        var partitions = topics.Partitions.ToArray();
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(p, Offset.Beginning)));
        var open = partitions.Length;
        while (open > 0)
        {
            var record =
                consumer.Consume(Limit) ?? throw new TimeoutException("Kafka gives no records.");
            if (record.IsPartitionEOF)
                open--;
            else
                read(record);
        }
    }
}
