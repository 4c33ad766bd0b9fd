using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>Offsets that mean nothing.</summary>
internal static class UnusualPositions
{
    public static IEnumerable<TestCaseData> All(History h)
    {
        yield return UnusualHistories.Case(
            [10, 12],
            "offsets of a database before this one are left, and a group reads everything anew",
            DoctoredHistories.WithoutWork(h) with
            {
                DrainedAfter = null,
            }
        );
        yield return UnusualHistories.Case(
            [10, 12],
            "an offset is left in a partition of which retention has taken everything",
            WithEmptyPartition(h)
        );
    }

    private static History WithEmptyPartition(History h)
    {
        var empty = h.Partitions.First(p => p.High == 0);
        var reader = ConsumerGroups.Topics.First(g => g.Value.Contains(empty.Topic)).Key;
        return h with
        {
            Partitions =
            [
                .. h.Partitions.Select(p => p == empty ? p with { Low = 5, High = 5 } : p),
            ],
            Positions =
            [
                .. h.Positions,
                new GroupPosition(reader, empty.Topic, empty.Partition, Applied: 0, Committed: 5)
                {
                    IsNoted = false,
                },
            ],
        };
    }
}
