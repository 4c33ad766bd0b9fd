using System.Diagnostics;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>
/// Confluent.Kafka's producer with nothing around it, as fast as it goes with the relay's promises:
/// idempotent, acknowledged by all, batches of 5 ms in snappy, partitions by the same hash.
/// </summary>
internal sealed class BareProducer : IDisposable
{
    /// <summary>Everything at once: it never has to wait for room.</summary>
    private const int QueueMessages = 2_000_000;

    private const int QueueKilobytes = 2_000_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly IProducer<byte[], byte[]> _producer;

    public BareProducer(string bootstrapServers) =>
        _producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig
            {
                BootstrapServers = bootstrapServers,
                ClientId = "bare",
                EnableIdempotence = true,
                Acks = Acks.All,
                MaxInFlight = 5,
                LingerMs = 5,
                CompressionType = CompressionType.Snappy,
                Partitioner = Partitioner.Murmur2Random,
                DeliveryReportFields = "status",
                QueueBufferingMaxMessages = QueueMessages,
                QueueBufferingMaxKbytes = QueueKilobytes,
            }
        )
            // That a fresh cluster still loads its coordinators, say.
            .SetLogHandler((_, _) => { })
            .Build();

    /// <summary>Sends everything and returns when all brokers have all of it.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="KafkaException">A message was refused.</exception>
    /// <exception cref="TimeoutException">It takes minutes.</exception>
    public TimeSpan SendAll(IReadOnlyList<(string Topic, Message<byte[], byte[]> Message)> messages)
    {
        using var done = new ManualResetEventSlim();
        var left = messages.Count;
        Error? failed = null;
        var began = Stopwatch.GetTimestamp();
        void Ended(DeliveryReport<byte[], byte[]> report)
        {
            if (report.Error.IsError)
                failed = report.Error;
            if (Interlocked.Decrement(ref left) == 0)
                done.Set();
        }

        foreach (var (topic, message) in messages)
            _producer.Produce(topic, message, Ended);
        if (!done.Wait(Limit))
            throw new TimeoutException("The bare producer does not come to its end.");
        var elapsed = Stopwatch.GetElapsedTime(began);
        return failed is null ? elapsed : throw new KafkaException(failed);
    }

    /// <summary>Sends one and returns when all brokers have it.</summary>
    public Task SendAsync(string topic, Message<byte[], byte[]> message, CancellationToken stop) =>
        _producer.ProduceAsync(topic, message, stop);

    public void Dispose() => _producer.Dispose();
}
