using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Faults.Harness;

/// <summary>Records that are no events, whoever reads them.</summary>
internal static class Poison
{
    private static readonly byte[][] Kinds =
    [
        [.. "{"u8],
        [.. "no JSON"u8],
        [.. "[1]"u8],
        [0xff, 0xfe],
    ];

    /// <summary>Of each kind one into every topic, each under a key of its own.</summary>
    /// <returns>How many dead letters they make, of all groups that read them.</returns>
    public static async Task<int> PourAsync(TestKafka kafka)
    {
        using var producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = kafka.BootstrapServers }
        ).Build();
        await Task.WhenAll(
            from topic in Topics.Partitions.Keys
            from kind in Kinds
            select producer.ProduceAsync(
                kafka.Prefix + topic,
                new Message<string, byte[]> { Key = $"poison-{Guid.NewGuid():N}", Value = kind }
            )
        );

        return Kinds.Length * GroupCatalogue.All.Sum(g => g.Topics.Count);
    }
}
