using System.Diagnostics;
using System.Diagnostics.Metrics;
using ConcertReservation.Contracts;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

/// <summary>
/// The lag of every group that reads our topics, by the brokers' own offsets: also of groups that
/// no host runs at the moment, and of other systems'.
/// </summary>
internal sealed partial class ConsumerLag : IDisposable
{
    /// <summary>Whoever asks sooner is told the same again: a measurement costs a client a
    /// group.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly string[] AllTopics =
    [
        .. Topics.Partitions.Keys,
        .. Topics.Partitions.Keys.Select(Topics.DeadLetters),
    ];

    private readonly KafkaClients _clients;
    private readonly KafkaCluster _cluster;
    private readonly (string Name, IReadOnlyCollection<string> Topics)[] _groups;
    private readonly ForeignGroups _foreign;
    private readonly TimeSpan _interval;
    private readonly ILogger<ConsumerLag> _log;
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Held while clients are asked: one that was given up may still be at it.</summary>
    private readonly Lock _asking = new();
    private (IReadOnlyList<GroupLag> Groups, long At)? _last;
    private volatile IReadOnlyList<GroupLag> _told = [];

    public ConsumerLag(
        KafkaClients clients,
        KafkaCluster cluster,
        IEnumerable<ConsumerGroup> groups,
        ForeignGroups foreign,
        IOptions<LagOptions> options,
        IMeterFactory meters,
        ILogger<ConsumerLag> log
    )
    {
        (_clients, _cluster, _foreign) = (clients, cluster, foreign);
        _groups =
        [
            .. groups.Select(g => (g.Name, (IReadOnlyCollection<string>)g.Topics)),
            (DeadLetterProjection.Group, DeadLetterProjection.Routes.Topics),
        ];
        (_interval, _log) = (TimeSpan.FromSeconds(options.Value.IntervalSeconds), log);
        meters
            .Create(MessagingTelemetry.Name)
            .CreateObservableGauge(
                "kafka.consumer.lag",
                Observe,
                "{record}",
                "Records that a group has not committed yet; told by the host that is the relay."
            );
    }

    /// <summary>Measured at most two seconds ago.</summary>
    /// <exception cref="KafkaException">Kafka is away, or did not answer in time.</exception>
    public async Task<IReadOnlyList<GroupLag>> ReadAsync(CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            if (_last is { } last && Stopwatch.GetElapsedTime(last.At) < Fresh)
                return last.Groups;

            var facts =
                _cluster.Facts
                ?? throw new KafkaException(new Error(ErrorCode.Local_AllBrokersDown));
            var ends = await KafkaWatermarks.ReadWhatIsThereAsync(_clients, AllTopics, stop);
            var groups = await OwnThread
                .RunAsync(() => Measure(ends, facts.IsEmbedded))
                .WaitAsync(Limit, stop);
            _last = (groups, Stopwatch.GetTimestamp());
            return groups;
        }
        catch (TimeoutException e)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut), e);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Keeps the gauge up to date until done; then it tells nothing.</summary>
    /// <remarks>For the relay, of which there is one: a lag told by every host is one too often.
    /// </remarks>
    public async Task SampleAsync(CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            try
            {
                _told = await ReadAsync(done);
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // An edge: what was true before would call an outage calm.
                _told = [];
                LogUnknown(e.Message);
            }

            await Task.Delay(_interval, done)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _told = [];
    }

    public void Dispose() => _gate.Dispose();

    private IReadOnlyList<GroupLag> Measure(
        IReadOnlyDictionary<(string Topic, int Partition), Watermarks> ends,
        bool isEmbedded
    )
    {
        var partitions = ends
            .Keys.Select(p => new TopicPartition(_clients.Prefixed(p.Topic), p.Partition))
            .ToArray();
        lock (_asking)
        {
            return
            [
                .. _groups.Select(g => Ours(g, partitions, ends)),
                .. _foreign
                    .ToRead(isEmbedded)
                    .Select(g => Foreign(g, partitions, ends))
                    .OfType<GroupLag>(),
            ];
        }
    }

    private GroupLag Ours(
        (string Name, IReadOnlyCollection<string> Topics) group,
        IReadOnlyCollection<TopicPartition> partitions,
        IReadOnlyDictionary<(string Topic, int Partition), Watermarks> ends
    )
    {
        var committed = GroupOffsets.Read(_clients, _clients.Prefixed(group.Name), partitions);
        return Of(group.Name, isOurs: true, group.Topics, committed, ends);
    }

    /// <returns>null where it reads no topic of ours.</returns>
    private GroupLag? Foreign(
        string group,
        IReadOnlyCollection<TopicPartition> partitions,
        IReadOnlyDictionary<(string Topic, int Partition), Watermarks> ends
    )
    {
        if (ReadForeign(group, partitions) is not { Count: > 0 } committed)
        {
            _foreign.Dismiss(group);
            return null;
        }

        _foreign.Found(group);
        var topics = committed
            .Keys.Select(p => _clients.Unprefixed(p.Topic)!)
            .ToHashSet(StringComparer.Ordinal);
        return Of(group, isOurs: false, topics, committed, ends);
    }

    /// <summary>Nothing where Kafka does not let us look at that one.</summary>
    private Dictionary<TopicPartition, long>? ReadForeign(
        string group,
        IReadOnlyCollection<TopicPartition> partitions
    )
    {
        try
        {
            return GroupOffsets.Read(_clients, group, partitions);
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.GroupAuthorizationFailed)
        {
            return null;
        }
    }

    private GroupLag Of(
        string group,
        bool isOurs,
        IReadOnlyCollection<string> topics,
        Dictionary<TopicPartition, long> committed,
        IReadOnlyDictionary<(string Topic, int Partition), Watermarks> ends
    )
    {
        var partitions = ends.Where(e => topics.Contains(e.Key.Topic))
            .OrderBy(e => e.Key.Topic, StringComparer.Ordinal)
            .ThenBy(e => e.Key.Partition)
            .Select(e =>
            {
                var name = new TopicPartition(_clients.Prefixed(e.Key.Topic), e.Key.Partition);
                var offset = committed.TryGetValue(name, out var o) ? o : (long?)null;
                return PartitionLag.Of(e.Key.Topic, e.Key.Partition, offset, e.Value);
            });
        return new GroupLag(group, isOurs, [.. partitions]);
    }

    private IEnumerable<Measurement<long>> Observe() =>
        _told.SelectMany(g =>
            g.Partitions.Select(p => new Measurement<long>(
                p.Lag,
                new("group", g.Group),
                new("topic", p.Topic),
                new KeyValuePair<string, object?>("partition", p.Partition)
            ))
        );

    [LoggerMessage(LogLevel.Debug, "The lag of consumer groups is not known: {Reason}")]
    private partial void LogUnknown(string reason);
}
