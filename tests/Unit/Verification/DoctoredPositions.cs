using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What a group told Kafka, and the database does not know.</summary>
internal static partial class DoctoredHistories
{
    private const string Ranking = "ranking-service";

    /// <summary>The group has no position in a partition of events that it has to apply.</summary>
    public static History WithoutPosition(History h)
    {
        var read = ReadByRanking(h);
        return h with
        {
            Positions = Change(
                h.Positions,
                p => (p.Group, p.Topic, p.Partition) == (Ranking, read.Event.Topic, read.Partition),
                p => p with { Applied = 0, Committed = p.Applied, IsNoted = false }
            ),
        };
    }

    /// <summary>Nor has it applied any of them.</summary>
    public static History WithoutWork(History h)
    {
        var read = ReadByRanking(h);
        var there = h
            .Log.Where(r => (r.Event.Topic, r.Partition) == (read.Event.Topic, read.Partition))
            .Select(r => r.Event.EventId)
            .ToHashSet();
        return Unapplied(WithoutPosition(h), Ranking, e => there.Contains(e.EventId));
    }

    private static IEnumerable<TestCaseData> Offsets(History h)
    {
        yield return Case(
            12,
            "a group told Kafka of a partition in which it has no position",
            WithoutPosition(h)
        );
        yield return Case(
            10,
            "a group told Kafka of messages that it never applied, without a position",
            WithoutWork(h)
        );
    }

    private static LogRecord ReadByRanking(History h) =>
        h.Log.First(r => r.Event.EventType == "RESERVATION_CREATED");
}
