using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ConcertReservation.Messaging;

/// <summary>What a group that runs tells the gauges.</summary>
internal interface IConsumingGroup
{
    string Name { get; }

    /// <summary>Without the prefix.</summary>
    IReadOnlyList<string> Topics { get; }

    /// <summary>
    /// True while nothing is applied though there may be something: no member, no Kafka, or an
    /// outage of what consumers depend on.
    /// </summary>
    bool IsStopped { get; }

    /// <summary>Records not yet applied, by partition of this host.</summary>
    IEnumerable<(string Topic, int Partition, long Lag)> Lags { get; }
}

/// <summary>Counters and gauges of consuming, by the names that operators know.</summary>
internal sealed class ConsumingMetrics
{
    private readonly ConcurrentDictionary<string, IConsumingGroup> _groups = new(
        StringComparer.Ordinal
    );
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _gaps;

    public ConsumingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MessagingTelemetry.Name);
        _duplicates = meter.CreateCounter<long>(
            "inbox.duplicates",
            description: "Events that the inbox knew already."
        );
        _unknown = meter.CreateCounter<long>(
            "kafka.consumer.unknown",
            description: "Events of unknown types, skipped."
        );
        _applied = meter.CreateCounter<long>(
            "kafka.consumer.applied",
            description: "Events applied and committed."
        );
        _deadLetters = meter.CreateCounter<long>(
            "dead_letters",
            description: "Records that became dead letters or were parked behind one."
        );
        _gaps = meter.CreateCounter<long>(
            "kafka.consumer.gap",
            description: "Records that Kafka deleted before the group had read them."
        );
        meter.CreateObservableGauge(
            "kafka.consumer.stopped",
            ObserveStopped,
            description: "1 while a group applies nothing though it should."
        );
        meter.CreateObservableGauge(
            "kafka.consumer.unapplied",
            ObserveUnapplied,
            "{record}",
            "Records of a partition of this host that are not applied yet."
        );
    }

    /// <remarks>
    /// What alarms watch is told from 0 on: of a counter that begins with its first event,
    /// Prometheus would not see that it rose.
    /// </remarks>
    public void Watch(IConsumingGroup group)
    {
        _groups[group.Name] = group;
        foreach (var counter in new[] { _duplicates, _unknown, _applied })
            counter.Add(0, new KeyValuePair<string, object?>("group", group.Name));
        foreach (var topic in group.Topics)
        {
            Count(_deadLetters, 0, group.Name, topic);
            foreach (var partition in Enumerable.Range(0, PartitionsOf(topic)))
                Gap(group.Name, topic, partition, 0);
        }
    }

    public void Duplicates(string group, int count) => Add(_duplicates, group, count);

    public void Unknown(string group, int count) => Add(_unknown, group, count);

    public void Applied(string group, int count) => Add(_applied, group, count);

    public void DeadLetter(string group, string topic) => Count(_deadLetters, 1, group, topic);

    public void Gap(GroupPartition partition, long count) =>
        Gap(partition.Group, partition.Topic, partition.Partition, count);

    private void Gap(string group, string topic, int partition, long count) =>
        _gaps.Add(
            count,
            new("group", group),
            new("topic", topic),
            new KeyValuePair<string, object?>("partition", partition)
        );

    private static void Count(Counter<long> counter, int count, string group, string topic) =>
        counter.Add(count, new("group", group), new KeyValuePair<string, object?>("topic", topic));

    /// <summary>As planned; those of dead letters lose nothing that somebody waits for.</summary>
    private static int PartitionsOf(string topic) =>
        Contracts.Topics.Partitions.GetValueOrDefault(topic);

    private static void Add(Counter<long> counter, string group, int count)
    {
        if (count > 0)
            counter.Add(count, new KeyValuePair<string, object?>("group", group));
    }

    private IEnumerable<Measurement<long>> ObserveStopped() =>
        _groups.Values.Select(g => new Measurement<long>(
            g.IsStopped ? 1 : 0,
            new KeyValuePair<string, object?>("group", g.Name)
        ));

    private IEnumerable<Measurement<long>> ObserveUnapplied() =>
        _groups.Values.SelectMany(g =>
            g.Lags.Select(l => new Measurement<long>(
                l.Lag,
                new("group", g.Name),
                new("topic", l.Topic),
                new KeyValuePair<string, object?>("partition", l.Partition)
            ))
        );
}
