namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 8. Every outbox row is in Kafka at least once; per key, versions have no gap and first
/// occurrences are in order.
/// </summary>
internal static class OutboxIsInKafka
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            8,
            "Every outbox row is in Kafka, per key in order, no gap",
            history
        );
        CheckPresence(inspection, history);
        CheckOrder(inspection, history);
        foreach (var partition in history.Partitions.Where(p => p.IsCut))
        {
            inspection.Note(
                $"{partition.Topic}/{partition.Partition} begins at offset {partition.Low}: "
                    + "what came before is gone"
            );
        }

        return inspection.Done();
    }

    private static void CheckPresence(Inspection inspection, History history)
    {
        var coverage = new LogCoverage(history);
        inspection.Figure("outbox rows looked for", history.Outbox.Count);
        inspection.Figure("records in Kafka", history.Log.Count);
        inspection.Figure("repeats among them", history.Log.Count - coverage.Records.Count);
        foreach (var row in history.Outbox)
        {
            foreach (var record in coverage.Records[row.Event.EventId])
            {
                inspection.Require(
                    Text(record.Event) == Text(row.Event)
                        && record.Partition == coverage.PartitionOf(row.Event),
                    () =>
                        (
                            $"outbox row {row.Seq} is {Text(row.Event)}, in Kafka "
                            + $"{Text(record.Event)} at {record.Event.Topic}/{record.Partition}"
                        ).About(Subject.Event(row.Event.EventId))
                );
            }

            inspection.Require(
                coverage.Has(row),
                () =>
                    $"outbox row {row.Seq}, {Text(row.Event)}, is not in Kafka".About(
                        Subject.Event(row.Event.EventId),
                        Subject.Partition(row.Event.Topic, coverage.PartitionOf(row.Event))
                    )
            );
        }
    }

    /// <summary>
    /// A key begins with its first version, or with the one after what the event store has from
    /// before. A stranger's records have no versions.
    /// </summary>
    private static void CheckOrder(Inspection inspection, History history)
    {
        var older = history
            .Stored.Where(history.IsBeyondLog)
            .Select(s => (s.Event.Key, s.Event.Version))
            .ToHashSet();
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        var late = 0;
        var own = history
            .Log.Select(r => r.Event)
            .Where(e => e.Version > 0 && history.OwnKeys.Contains(e.Key));
        foreach (var e in own)
        {
            if (newest.TryGetValue(e.Key, out var version))
            {
                inspection.Require(
                    e.Version <= version + 1,
                    () =>
                        $"{e.Key} goes from version {version} to {e.Version} in Kafka".About(e.Key)
                );
                late += e.Version < version ? 1 : 0;
            }
            else
            {
                inspection.Require(
                    e.Version == 1 || older.Contains((e.Key, e.Version - 1)),
                    () => $"{e.Key} begins with version {e.Version} in Kafka".About(e.Key)
                );
            }

            newest[e.Key] = Math.Max(version, e.Version);
        }

        inspection.Figure("keys in order", newest.Count);
        inspection.Figure("repeats after newer ones of their keys", late);
    }

    private static string Text(TopicEvent e) =>
        $"{e.EventType} {e.Key} version {e.Version} {e.BodyHash[..8]}";
}
