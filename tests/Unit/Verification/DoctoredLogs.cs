using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What groups and the relay pass over, and what Kafka drops too early.</summary>
internal static partial class DoctoredHistories
{
    /// <summary>
    /// A record that is no event, in a partition that everybody has read to its end.
    /// </summary>
    public static UnreadableRecord Poison(History h)
    {
        var place = h.Log.First(r => r.Event.EventType == "RESERVATION_CREATED");
        return new UnreadableRecord(
            place.Event.Topic,
            place.Partition,
            place.Offset,
            EventType: null,
            "no JSON"
        );
    }

    private static IEnumerable<TestCaseData> Poisoned(History h)
    {
        yield return Case(
            10,
            "poison was passed over and not set aside",
            h with
            {
                Unreadable = [Poison(h)],
            }
        );
        yield return Case(
            10,
            "poison was set aside in another Kafka, at the same place",
            h with
            {
                Unreadable = [Poison(h)],
                DeadLetters =
                [
                    .. ConsumerGroups.Topics.Keys.Select(group => new DeadLetterRow(
                        group,
                        Poison(h).Topic,
                        Poison(h).Partition,
                        Poison(h).Offset,
                        EventId: null,
                        IsOfThisLog: false
                    )),
                ],
            }
        );
        yield return Case(
            12,
            "the relay passed a row that is not in Kafka",
            h with
            {
                Log = [.. h.Log.Where(r => r.Event.EventType != "CONCERT_SOLD_OUT")],
            }
        );
        var repeated = h.Log[0] with
        {
            Offset = 99,
            Event = h.Log[0].Event with { BodyHash = new string('0', 64) },
        };
        yield return Case(
            8,
            "an event came a second time with other bytes",
            h with
            {
                Log = [.. h.Log, repeated],
            }
        );
    }

    private static IEnumerable<TestCaseData> Retention(History h)
    {
        var cut = UnusualHistories.CutByRetention(h);
        var taken = h.Log.Except(cut.Log).ToList();
        var lost = taken[0];
        var place = (lost.Event.Topic, lost.Partition);
        yield return Case(
            8,
            "what retention took from Kafka is nowhere else",
            cut with
            {
                Stored = [.. cut.Stored.Where(s => s.Event.EventId != lost.Event.EventId)],
            }
        );
        yield return Case(
            10,
            "Kafka dropped an event that a group had not applied",
            cut with
            {
                Inbox = cut.Inbox.ToDictionary(
                    g => g.Key,
                    g =>
                        g.Key == "data-platform"
                            ? g.Value
                            : g.Value.Where(e => e != Wanted(taken).Event.EventId).ToHashSet()
                ),
            }
        );
        yield return Case(
            12,
            "a group is behind what Kafka still has",
            cut with
            {
                Positions = Change(
                    cut.Positions,
                    p => (p.Topic, p.Partition) == place && p.Group != "data-platform",
                    p => p with { Applied = 0, Committed = null }
                ),
            }
        );
        yield return Case(
            12,
            "a group never read a partition whose start is gone",
            cut with
            {
                Positions =
                [
                    .. cut.Positions.Where(p =>
                        (p.Topic, p.Partition) != place || p.Group == "data-platform"
                    ),
                ],
            }
        );

        static LogRecord Wanted(IEnumerable<LogRecord> records) =>
            records.First(r =>
                ConsumerGroups
                    .Topics.Keys.Where(g => g != ConsumerGroups.DataPlatform)
                    .Any(g => ConsumerGroups.Applies(g, r.Event.EventType))
            );
    }
}
