using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>
/// Reads all topics from their first kept offset to their end, without any group.
/// </summary>
internal static class KafkaContent
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<ConsumeResult<byte[], byte[]>> Read(
        string bootstrapServers,
        string prefix = ""
    )
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = bootstrapServers,
                GroupId = "reads-everything",
                EnableAutoCommit = false,
                EnablePartitionEof = true,
                FetchWaitMaxMs = 10,
            }
        ).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        var partitions = Topics
            .Partitions.SelectMany(t =>
                Enumerable
                    .Range(0, t.Value)
                    .Select(p => new TopicPartitionOffset(prefix + t.Key, p, Offset.Beginning))
            )
            .ToArray();
        consumer.Assign(partitions);
        var records = new List<ConsumeResult<byte[], byte[]>>();
        var open = partitions.Length;
        while (open > 0)
        {
            var result =
                consumer.Consume(Limit) ?? throw new TimeoutException("Kafka gives no records.");
            if (result.IsPartitionEOF)
                open--;
            else
                records.Add(result);
        }

        return records;
    }

    public static string Header(this ConsumeResult<byte[], byte[]> record, string name) =>
        Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(name));

    public static string Key(this ConsumeResult<byte[], byte[]> record) =>
        Encoding.UTF8.GetString(record.Message.Key);

    public static long Version(this ConsumeResult<byte[], byte[]> record) =>
        long.Parse(record.Header("ce_sequence"), System.Globalization.CultureInfo.InvariantCulture);
}
