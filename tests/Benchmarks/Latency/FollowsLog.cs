using System.Collections.Concurrent;
using System.Diagnostics;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>Reads a topic as it grows, and tells at which moment it saw which event.</summary>
internal sealed class FollowsLog : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<long>> _seen = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly Task _reading;

    public FollowsLog(BenchTopics topics, string topic)
    {
        _consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig
            {
                BootstrapServers = topics.BootstrapServers,
                GroupId = $"{topics.Prefix}follows",
                EnableAutoCommit = false,
            }
        ).Build();
        _consumer.Assign(
            topics
                .Partitions.Where(p => p.Topic == topics.Prefix + topic)
                .Select(p => new TopicPartitionOffset(
                    p,
                    _consumer.QueryWatermarkOffsets(p, AnswerLimit).High
                ))
        );
        _reading = Task.Factory.StartNew(
            Read,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    /// <summary>Every record, in the order in which they were seen.</summary>
    public LogOrder Order { get; } = new();

    /// <returns>The moment in <see cref="Stopwatch"/>'s ticks.</returns>
    public Task<long> SeenAsync(Guid eventId) => Seen(eventId).Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
    }

    private void Read()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (_consumer.Consume(Poll) is not { } record)
                continue;

            var now = Stopwatch.GetTimestamp();
            var id = Order.Add(record);
            Seen(id).TrySetResult(now);
        }
    }

    private TaskCompletionSource<long> Seen(Guid eventId) =>
        _seen.GetOrAdd(
            eventId,
            _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
        );
}
