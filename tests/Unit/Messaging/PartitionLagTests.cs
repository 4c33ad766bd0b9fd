using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>What of a partition a group has still to read.</summary>
internal sealed class PartitionLagTests
{
    [TestCase(7, 0, 10, 3)]
    [TestCase(10, 0, 10, 0)]
    [TestCase(null, 4, 10, 6, Description = "It has read nothing.")]
    [TestCase(2, 4, 10, 6, Description = "What retention has deleted is no work that waits.")]
    [TestCase(12, 0, 10, 0, Description = "The topic was made anew.")]
    public void it_counts_what_is_there_and_not_committed(
        long? committed,
        long low,
        long high,
        long lag
    )
    {
        var found = PartitionLag.Of("user-events", 1, committed, new Watermarks(low, high));

        found.ShouldBe(new PartitionLag("user-events", 1, committed, high, lag));
    }
}
