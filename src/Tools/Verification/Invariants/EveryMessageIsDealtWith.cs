using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 10. Every consumed message is applied, dead-lettered or uncommitted: also one that is no event,
/// and one that Kafka has dropped since.
/// </summary>
internal static class EveryMessageIsDealtWith
{
    /// <summary>An inbox forgets after thirty days.</summary>
    private static readonly TimeSpan InboxKeeps = TimeSpan.FromDays(28);

    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            10,
            "Every consumed message is applied or dead-lettered",
            history
        );
        inspection.Figure("dead letters", history.DeadLetters.Count);
        inspection.Figure("records that are no events", history.Unreadable.Count);
        var dead = new DeadLetters(history);
        var forgotten = history.Traces.Count(e => IsForgotten(history, e));
        if (forgotten > 0)
            inspection.Note($"{forgotten} events are older than the inbox");

        foreach (var group in ConsumerGroups.Topics.Keys)
        {
            var positions = history
                .ValidPositions.Where(p => p.Group == group)
                .ToDictionary(
                    p => (p.Topic, p.Partition),
                    p => Math.Max(p.Applied, p.Committed ?? 0)
                );
            CheckEvents(inspection, history, dead, group, positions);
            CheckUnreadable(inspection, history, dead, group, positions);
        }

        BuriedLetters.Check(inspection, history);
        return inspection.Done();
    }

    private static void CheckEvents(
        Inspection inspection,
        History history,
        DeadLetters dead,
        string group,
        Dictionary<(string, int), long> positions
    )
    {
        var applied = history.Inbox.GetValueOrDefault(group) ?? new HashSet<Guid>();
        var places = history.Log.ToLookup(r => r.Event.EventId);
        var passed = history
            .Log.Select(r => r.Event)
            .Concat(history.Stored.Where(history.IsBeyondLog).Select(s => s.Event))
            .DistinctBy(e => e.EventId)
            .Where(e => ConsumerGroups.Applies(group, e.EventType))
            .Where(e => !IsWaiting(places[e.EventId]) && !IsForgotten(history, e))
            .ToList();
        inspection.Figure($"messages passed by {group}", passed.Count);
        foreach (var e in passed)
        {
            inspection.Require(
                applied.Contains(e.EventId) || dead.Has(group, e),
                () =>
                    (
                        $"{group} passed {e.EventType} {e.Key} at "
                        + string.Join(
                            " and ",
                            places[e.EventId].Select(r => $"{e.Topic}/{r.Partition}@{r.Offset}")
                        )
                    ).About([
                        Subject.Event(e.EventId),
                        .. places[e.EventId]
                            .Select(r => Subject.Reader(group, e.Topic, r.Partition)),
                    ])
            );
        }

        bool IsWaiting(IEnumerable<LogRecord> records) =>
            records.Any()
            && records.All(r =>
                r.Offset >= positions.GetValueOrDefault((r.Event.Topic, r.Partition))
            );
    }

    /// <summary>
    /// Poison is set aside for people to see; only a stranger's type is passed over.
    /// </summary>
    private static void CheckUnreadable(
        Inspection inspection,
        History history,
        DeadLetters dead,
        string group,
        Dictionary<(string, int), long> positions
    )
    {
        foreach (var record in history.Unreadable)
        {
            if (
                !ConsumerGroups.Topics[group].Contains(record.Topic)
                || record.Offset >= positions.GetValueOrDefault((record.Topic, record.Partition))
                || (record.EventType is { } type && !HasToRead(group, type))
            )
                continue;

            inspection.Require(
                dead.Has(group, record.Topic, record.Partition, record.Offset),
                () =>
                    (
                        $"{group} passed {record.Topic}/{record.Partition}@{record.Offset}, which "
                        + $"is no event: {record.Why}"
                    ).About(
                        Subject.Place(record.Topic, record.Partition, record.Offset),
                        Subject.Reader(group, record.Topic, record.Partition)
                    )
            );
        }
    }

    /// <summary>The event store keeps what strangers write where it can, and need not.</summary>
    private static bool HasToRead(string group, string eventType) =>
        EventCatalogue.ByName.ContainsKey(eventType) && ConsumerGroups.Applies(group, eventType);

    private static bool IsForgotten(History history, TopicEvent e) =>
        e.Event?.OccurredAt < history.Now - InboxKeeps;
}

/// <summary>What each group has set aside.</summary>
internal sealed class DeadLetters(History history)
{
    private readonly HashSet<(string, string, int, long)> _places =
    [
        .. history
            .DeadLetters.Where(d => d.IsOfThisLog)
            .Select(d => (d.Group, d.Topic, d.Partition, d.Offset)),
    ];

    private readonly HashSet<(string, Guid)> _events =
    [
        .. history
            .DeadLetters.Where(d => d.EventId is not null)
            .Select(d => (d.Group, d.EventId!.Value)),
    ];

    public bool Has(string group, TopicEvent e) => _events.Contains((group, e.EventId));

    public bool Has(string group, string topic, int partition, long offset) =>
        _places.Contains((group, topic, partition, offset));
}
