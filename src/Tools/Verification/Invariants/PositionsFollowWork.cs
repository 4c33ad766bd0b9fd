namespace ConcertReservation.Verification.Invariants;

/// <summary>12. Positions and offsets never pass work that is not done.</summary>
internal static class PositionsFollowWork
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            12,
            "Positions and offsets never pass work that is not done",
            history
        );
        CheckGroups(inspection, history);
        CheckUnnoted(inspection, history);
        CheckUnread(inspection, history);
        CheckRelay(inspection, history);
        return inspection.Done();
    }

    private static void CheckGroups(Inspection inspection, History history)
    {
        var logs = history.Partitions.ToDictionary(p => (p.Topic, p.Partition));
        var noted = history.Positions.Where(p => p.IsNoted).ToList();
        inspection.Figure("positions of groups", noted.Count);
        inspection.Figure(
            "offsets committed to Kafka",
            history.Positions.Count(p => p.Committed is not null)
        );
        foreach (var position in noted)
        {
            var log = logs.GetValueOrDefault((position.Topic, position.Partition));
            var place = $"{position.Group} at {position.Topic}/{position.Partition}";
            string[] subjects =
            [
                Subject.Reader(position.Group, position.Topic, position.Partition),
                Subject.Partition(position.Topic, position.Partition),
            ];
            inspection.Require(
                position.Committed is null || position.Committed <= position.Applied,
                () =>
                    $"{place} told Kafka {position.Committed}, applied {position.Applied}".About(
                        subjects
                    )
            );
            inspection.Require(
                position.Applied <= (log?.High ?? 0),
                () => $"{place} is at {position.Applied}, beyond the end of the log".About(subjects)
            );
            inspection.Require(
                position.Applied >= (log?.Low ?? 0),
                () =>
                    (
                        $"{place} is at {position.Applied}, and Kafka has nothing before "
                        + $"{log!.Low}: what lay between is lost to it"
                    ).About(subjects)
            );
        }
    }

    /// <summary>
    /// What a group told Kafka that it has read, the database knows of; unless Kafka has nothing
    /// of it any more.
    /// </summary>
    private static void CheckUnnoted(Inspection inspection, History history)
    {
        var logs = history.Partitions.ToDictionary(p => (p.Topic, p.Partition));
        foreach (var position in history.ValidPositions.Where(p => !p.IsNoted))
        {
            var log = logs.GetValueOrDefault((position.Topic, position.Partition));
            inspection.Require(
                log is null || Math.Min(position.Committed ?? 0, log.High) <= log.Low,
                () =>
                    (
                        $"{position.Group} told Kafka {position.Committed} at "
                        + $"{position.Topic}/{position.Partition}, and has no position there"
                    ).About(
                        Subject.Reader(position.Group, position.Topic, position.Partition),
                        Subject.Partition(position.Topic, position.Partition)
                    )
            );
        }
    }

    /// <summary>
    /// Where one group is and another never was, Kafka must still have everything.
    /// </summary>
    private static void CheckUnread(Inspection inspection, History history)
    {
        var noted = history.Positions.Where(p => p.IsNoted).ToList();
        var known = noted.Select(p => (p.Group, p.Topic, p.Partition)).ToHashSet();
        var used = noted.Select(p => (p.Topic, p.Partition)).ToHashSet();
        var cut = history.Partitions.Where(p => p.IsCut && used.Contains((p.Topic, p.Partition)));
        foreach (var partition in cut)
        {
            var readers = ConsumerGroups
                .Topics.Where(g => g.Value.Contains(partition.Topic))
                .Select(g => g.Key);
            foreach (var group in readers)
            {
                inspection.Require(
                    known.Contains((group, partition.Topic, partition.Partition)),
                    () =>
                        (
                            $"{group} never read {partition.Topic}/{partition.Partition}, and "
                            + $"Kafka has nothing before {partition.Low}"
                        ).About(Subject.Partition(partition.Topic, partition.Partition))
                );
            }
        }
    }

    private static void CheckRelay(Inspection inspection, History history)
    {
        var coverage = new LogCoverage(history);
        var relayed = history.Outbox.Where(r => r.IsRelayed).ToList();
        inspection.Figure("outbox rows that the relay has passed", relayed.Count);
        foreach (var row in relayed)
        {
            inspection.Require(
                coverage.Has(row),
                () =>
                    (
                        $"the relay has passed outbox row {row.Seq}, {row.Event.EventType} "
                        + $"{row.Event.Key}, which is not in Kafka"
                    ).About(
                        Subject.Event(row.Event.EventId),
                        Subject.Partition(row.Event.Topic, coverage.PartitionOf(row.Event))
                    )
            );
        }
    }
}
