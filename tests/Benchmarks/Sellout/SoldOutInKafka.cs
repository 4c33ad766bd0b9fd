using System.Diagnostics;
using System.Text;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>Reads the concerts' topic from its present end until one is sold out.</summary>
internal sealed class SoldOutInKafka : IDisposable
{
    private const string SoldOut = "CONCERT_SOLD_OUT";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly IConsumer<byte[], byte[]> _consumer;

    public SoldOutInKafka(BenchTopics topics)
    {
        _consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = topics.BootstrapServers,
                GroupId = $"{topics.Prefix}sold-out",
                EnableAutoCommit = false,
            }
        ).Build();
        _consumer.Assign(
            topics
                .Partitions.Where(p => p.Topic == topics.Prefix + Topics.Concerts)
                .Select(p => new TopicPartitionOffset(
                    p,
                    _consumer.QueryWatermarkOffsets(p, AnswerLimit).High
                ))
                .ToArray()
        );
    }

    /// <returns>The moment in <see cref="Stopwatch"/>'s ticks.</returns>
    /// <exception cref="TimeoutException">None is within the limit.</exception>
    public Task<long> WaitAsync(TimeSpan limit, CancellationToken stop) =>
        Task.Factory.StartNew(
            () => Wait(limit, stop),
            stop,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }

    private long Wait(TimeSpan limit, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < limit)
        {
            stop.ThrowIfCancellationRequested();
            if (_consumer.Consume(Poll) is not { } record)
                continue;

            var type = Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes("ce_type"));
            if (type == SoldOut)
                return Stopwatch.GetTimestamp();
        }

        throw new TimeoutException($"No {SoldOut} within {limit.TotalSeconds:0} s.");
    }
}
