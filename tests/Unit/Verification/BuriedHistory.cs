using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>
/// Every group that reads it has set poison aside, one after the other; all is in the topics of
/// dead letters.
/// </summary>
internal static class BuriedHistory
{
    private const int MinutesBetween = 5;

    public static History Of(History h)
    {
        var poison = DoctoredHistories.Poison(h);
        var letters = ConsumerGroups
            .Topics.Where(g => g.Value.Contains(poison.Topic))
            .Select(
                (g, i) =>
                    new DeadLetterRow(
                        g.Key,
                        poison.Topic,
                        poison.Partition,
                        poison.Offset,
                        EventId: null,
                        IsOfThisLog: true
                    )
                    {
                        DeadAt = Start.AddMinutes(i * MinutesBetween),
                    }
            )
            .ToList();
        return h with
        {
            Unreadable = [poison],
            DeadLetters = letters,
            Buried = [.. letters.Select(Buried)],
            WholeDeadLetterTopics = new HashSet<string> { poison.Topic },
        };
    }

    public static BuriedLetter Buried(DeadLetterRow letter) =>
        new(letter.Group, letter.Topic, letter.Partition, letter.Offset);
}

internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Letters(History h)
    {
        var buried = BuriedHistory.Of(h);
        yield return Case(
            10,
            "a dead letter is in no topic of dead letters",
            buried with
            {
                Buried = [.. buried.Buried.SkipLast(1)],
            }
        );
        yield return Case(
            10,
            "a dead letter lies there as another group's",
            buried with
            {
                Buried = [.. buried.Buried.SkipLast(1), buried.Buried[0]],
            }
        );
    }
}
