using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>Dead letters that their topics need not have, or have more often.</summary>
internal static class UnusualLetters
{
    public static IEnumerable<TestCaseData> All(History h)
    {
        var buried = BuriedHistory.Of(h);
        yield return UnusualHistories.Case([10], "dead letters are where they belong", buried);
        yield return UnusualHistories.Case(
            [10],
            "a dead letter came twice, as after a host's death, and strangers have theirs",
            buried with
            {
                Buried =
                [
                    .. buried.Buried,
                    buried.Buried[0],
                    new BuriedLetter("loyalty", "user-events", 0, 3),
                ],
            }
        );
        yield return UnusualHistories.Case(
            [10],
            "a topic of dead letters was deleted and made again",
            buried with
            {
                Buried = [buried.Buried[^1]],
            }
        );
        yield return UnusualHistories.Case(
            [10],
            "retention took the start of a topic of dead letters",
            buried with
            {
                Buried = [buried.Buried[0]],
                WholeDeadLetterTopics = new HashSet<string>(),
            }
        );
        yield return UnusualHistories.Case(
            [10],
            "dead letters of another system's group and of an earlier Kafka",
            buried with
            {
                DeadLetters =
                [
                    .. buried.DeadLetters,
                    buried.DeadLetters[^1] with
                    {
                        Group = "loyalty",
                    },
                    buried.DeadLetters[^1] with
                    {
                        Offset = 77,
                        IsOfThisLog = false,
                    },
                ],
            }
        );
    }
}
