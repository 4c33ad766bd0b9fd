namespace ConcertReservation.Verification.Invariants;

/// <summary>What of the outbox is in Kafka, and what retention may have taken from there.</summary>
internal sealed class LogCoverage
{
    private readonly HashSet<(string Topic, int Partition)> _cut;
    private readonly Dictionary<(string Topic, int Partition), long> _firstKept;
    private readonly HashSet<Guid> _elsewhere;
    private readonly Dictionary<string, int> _partitions;

    public LogCoverage(History history)
    {
        Records = history.Log.ToLookup(r => r.Event.EventId);
        _partitions = history.Partitions.CountBy(p => p.Topic).ToDictionary();
        _cut = [.. history.Partitions.Where(p => p.IsCut).Select(p => (p.Topic, p.Partition))];
        _firstKept = history
            .Outbox.Where(r => Records.Contains(r.Event.EventId))
            .GroupBy(r => (r.Event.Topic, PartitionOf(r.Event)))
            .ToDictionary(p => p.Key, p => p.Min(r => r.Seq));
        _elsewhere =
        [
            .. history.Stored.Select(s => s.Event.EventId),
            .. history
                .DeadLetters.Where(d => d.Group == ConsumerGroups.DataPlatform)
                .Select(d => d.EventId ?? Guid.Empty),
        ];
    }

    public ILookup<Guid, LogRecord> Records { get; }

    /// <summary>
    /// Whether the row lay before the part of its partition that Kafka still has: then it was read
    /// before it went, and the event store has it.
    /// </summary>
    public bool IsCutAway(OutboxRow row)
    {
        var place = (row.Event.Topic, PartitionOf(row.Event));
        return _cut.Contains(place)
            && row.Seq < _firstKept.GetValueOrDefault(place, long.MaxValue)
            && _elsewhere.Contains(row.Event.EventId);
    }

    public bool Has(OutboxRow row) => Records.Contains(row.Event.EventId) || IsCutAway(row);

    /// <summary>Where clients put the event, in a topic of as many partitions.</summary>
    public int PartitionOf(TopicEvent e) => Murmur2.Partition(e.Key, _partitions[e.Topic]);
}
