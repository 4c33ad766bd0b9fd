using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>What a session of a group is told; all of it holds until the session ends.</summary>
/// <param name="ResetNumber">How often the group had been set back when the session began.</param>
internal sealed record SessionSetup(
    string Group,
    int GroupId,
    string Incarnation,
    bool IsEmbeddedKafka,
    int ResetNumber,
    IReadOnlyList<string> Topics
);

/// <summary>
/// The life of one Kafka consumer of a group: a thread that polls and never waits for a consumer's
/// work, a worker per assigned partition, and orderly hand-overs. Ends when told to, when Kafka is
/// another one, when somebody sets the group back, or by a fatal error of the client.
/// </summary>
internal sealed partial class GroupSession : IPartitionOwner, IDisposable
{
    // With what may be drained and the close of the client, a shutdown ends within ten seconds.
    private static readonly TimeSpan AbortLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CommitLimit = TimeSpan.FromSeconds(1);

    private readonly SessionSetup _setup;
    private readonly WorkerTools _tools;
    private readonly KafkaClients _clients;
    private readonly KafkaCluster _cluster;
    private readonly NpgsqlDataSource _dataSource;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<TopicPartition, PartitionWorker> _workers = new();
    private readonly ConcurrentDictionary<TopicPartition, long> _committed = new();
    private readonly SessionConsumer _consumer;
    private readonly StartPositions _positions;
    private CancellationToken _stop;

    public GroupSession(
        SessionSetup setup,
        WorkerTools tools,
        KafkaClients clients,
        KafkaCluster cluster,
        NpgsqlDataSource dataSource
    )
    {
        (_setup, _tools, _clients, _cluster) = (setup, tools, clients, cluster);
        (_dataSource, _log) = (dataSource, tools.Log);
        _positions = new StartPositions(dataSource, clients, tools.Log);
        _consumer = new SessionConsumer(setup, tools.Options, clients, this, tools.Log);
    }

    /// <summary>True while a partition waits for an outage to end.</summary>
    public bool IsWaiting => _workers.Values.Any(w => w.IsWaiting);

    /// <summary>Kafka has taken this member, with partitions or as a spare one.</summary>
    public bool HasJoined => _consumer.HadAssignment;

    public IEnumerable<(string Topic, int Partition, long Lag)> Lags =>
        _workers.Select(w =>
            (
                w.Value.Partition.Topic,
                w.Value.Partition.Partition,
                _consumer.LagOf(w.Key, w.Value.NextOffset)
            )
        );

    /// <summary>
    /// Polls until stopped, set back, or Kafka is another one; runs on the caller's thread.
    /// </summary>
    /// <exception cref="KafkaException">The client failed for good, such as fenced by another
    /// host.</exception>
    public void Run(CancellationToken stop)
    {
        _stop = stop;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var committing = CommitRegularlyAsync(ending.Token);
        var reset = ResetWatch.NoticedAsync(_dataSource, _setup, ending.Token);
        try
        {
            while (!stop.IsCancellationRequested && IsSameKafka() && !reset.IsCompleted)
            {
                if (
                    _consumer.Poll(stop) is { } record
                    && _workers.TryGetValue(record.TopicPartition, out var worker)
                )
                {
                    if (MayBeOfAnotherKafka(worker, record.Offset.Value) && !ConfirmSameKafka())
                        break;
                    worker.Offer(record);
                }

                ThrowIfFailed(committing);
            }
        }
        finally
        {
            ending.Cancel();
            GiveUp([.. _workers.Keys], commit: IsSameKafka());
            Task.WaitAny([committing], CommitLimit);
        }
    }

    public void Dispose() => _consumer.Dispose();

    public IEnumerable<TopicPartitionOffset> Assigned(List<TopicPartition> partitions)
    {
        var applied = _positions.Load(_setup, _stop);
        var starts = StartPositions.Of(applied, _consumer.Committed(partitions)).ToArray();
        foreach (var start in starts)
        {
            var position = applied.GetValueOrDefault(start.TopicPartition);
            _workers[start.TopicPartition] = Worker(start, position.Applied);
        }

        LogAssigned(_setup.Group, string.Join(", ", starts.Select(Describe)));
        return starts;
    }

    public void Revoked(List<TopicPartition> partitions) => GiveUp(partitions, commit: true);

    public void Lost(List<TopicPartition> partitions) => GiveUp(partitions, commit: false);

    private bool IsSameKafka() =>
        _cluster.Facts is not { } facts || facts.Incarnation == _setup.Incarnation;

    /// <summary>
    /// Offsets that go back may be those of another Kafka at the same address, before the watch has
    /// noticed: applied in the name of the old one they would count as done, but be in no position.
    /// So may any that come after the embedded Kafka was gone, whose successor may be longer by
    /// now; real brokers come and go, and remain the same Kafka.
    /// </summary>
    private bool MayBeOfAnotherKafka(PartitionWorker worker, long offset) =>
        (_setup.IsEmbeddedKafka && _consumer.TakeDisconnection()) || worker.IsPast(offset);

    private bool ConfirmSameKafka()
    {
        try
        {
            var facts = _cluster.ConfirmAsync(_stop).GetAwaiter().GetResult();
            return facts.Incarnation == _setup.Incarnation;
        }
        catch (OperationCanceledException)
        {
            // Stopped: the record is there for the next session.
            return false;
        }
    }

    private void ThrowIfFailed(Task committing)
    {
        if (committing.IsFaulted)
            committing.GetAwaiter().GetResult();
        foreach (var (_, worker) in _workers)
        {
            if (worker.Completion.IsFaulted)
                worker.Completion.GetAwaiter().GetResult();
        }
    }

    private PartitionWorker Worker(TopicPartitionOffset start, long applied)
    {
        var partition = new GroupPartition(
            _setup.Group,
            _setup.GroupId,
            _setup.Incarnation,
            _clients.Unprefixed(start.Topic)!,
            start.Partition.Value
        );
        return new PartitionWorker(
            partition,
            start.Offset.Value,
            applied,
            _tools,
            pause: () => _consumer.Pause(start.TopicPartition),
            resume: () => _consumer.Resume(start.TopicPartition)
        );
    }

    /// <summary>
    /// Finishes or rolls back what is in hand, commits, and lets the partitions go.
    /// </summary>
    private void GiveUp(IReadOnlyList<TopicPartition> partitions, bool commit)
    {
        var leaving = new List<(TopicPartition Partition, PartitionWorker Worker)>();
        foreach (var partition in partitions)
        {
            if (_workers.TryGetValue(partition, out var worker))
                leaving.Add((partition, worker));
        }

        if (leaving.Count == 0)
            return;

        Drain([.. leaving.Select(l => l.Worker)]);
        if (commit)
            Task.WaitAny([OwnThread.RunAsync(() => Commit(Moved(leaving)))], CommitLimit);
        foreach (var (partition, worker) in leaving)
        {
            worker.Dispose();
            _workers.TryRemove(partition, out _);
            _committed.TryRemove(partition, out _);
        }

        LogGivenUp(_setup.Group, string.Join(", ", leaving.Select(l => Describe(l.Partition))));
    }

    private void Drain(IReadOnlyList<PartitionWorker> workers)
    {
        foreach (var worker in workers)
            worker.RequestStop();
        var all = Task.WhenAll(workers.Select(w => w.Completion));
        if (Task.WaitAny([all], _tools.Options.DrainMilliseconds) == 0)
            return;

        foreach (var worker in workers)
            worker.Abort();
        if (Task.WaitAny([all], AbortLimit) < 0)
            LogStuck(_setup.Group);
    }

    private async Task CommitRegularlyAsync(CancellationToken ending)
    {
        using var timer = new PeriodicTimer(
            TimeSpan.FromMilliseconds(_tools.Options.CommitIntervalMilliseconds)
        );
        try
        {
            while (await timer.WaitForNextTickAsync(ending))
            {
                var moved = Moved(_workers.Select(w => (w.Key, w.Value)));
                // Mostly none: no thread is begun for nothing.
                if (moved.Count > 0)
                    await OwnThread.RunAsync(() => Commit(moved));
            }
        }
        catch (OperationCanceledException)
        {
            // The session ends; whoever gives partitions up commits them.
        }
    }

    /// <summary>Where each is that is further than Kafka was told.</summary>
    private List<TopicPartitionOffset> Moved(
        IEnumerable<(TopicPartition Partition, PartitionWorker Worker)> workers
    ) =>
        [
            .. workers
                .Select(w => new TopicPartitionOffset(w.Partition, w.Worker.NextOffset))
                .Where(o =>
                    o.Offset.Value >= 0
                    && _committed.GetValueOrDefault(o.TopicPartition, -1) != o.Offset.Value
                ),
        ];

    private void Commit(List<TopicPartitionOffset> offsets)
    {
        if (offsets.Count == 0 || !_consumer.TryCommit(offsets))
            return;

        foreach (var offset in offsets)
            _committed[offset.TopicPartition] = offset.Offset.Value;
    }

    private static string Describe(TopicPartitionOffset start) =>
        $"{start.Topic}/{start.Partition.Value} from {start.Offset}";

    private static string Describe(TopicPartition partition) =>
        $"{partition.Topic}/{partition.Partition.Value}";

    [LoggerMessage(LogLevel.Information, "{Group} got {Partitions}")]
    private partial void LogAssigned(string group, string partitions);

    [LoggerMessage(LogLevel.Information, "{Group} gave up {Partitions}")]
    private partial void LogGivenUp(string group, string partitions);

    [LoggerMessage(
        LogLevel.Error,
        "A consumer of {Group} does not end; its transaction is left to time out"
    )]
    private partial void LogStuck(string group);
}
