using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>What tells that a log is not the one that groups have read.</summary>
internal sealed class LostRecordsTests
{
    private const string Topic = "user-events";

    [TestCase(10, 10, false, Description = "All of it is read.")]
    [TestCase(3, 10, false)]
    [TestCase(11, 10, true)]
    [TestCase(1, 0, true, Description = "It is empty.")]
    public void a_log_that_ends_before_what_was_read_is_another(long read, long end, bool isAnother)
    {
        var found = LostRecords.Shorter(
            new Dictionary<(string, int), long> { [(Topic, 0)] = 1, [(Topic, 1)] = read },
            new Dictionary<(string, int), Watermarks>
            {
                [(Topic, 0)] = new(0, 7),
                [(Topic, 1)] = new(0, end),
            }
        );

        string[] expected = isAnother ? [Topic] : [];
        found.ShouldBe(expected);
    }

    [Test]
    public void a_partition_that_is_no_more_has_lost_all()
    {
        var read = new Dictionary<(string, int), long> { [(Topic, 5)] = 1 };

        LostRecords
            .Shorter(read, new Dictionary<(string, int), Watermarks> { [(Topic, 0)] = new(0, 9) })
            .ShouldBe([Topic]);
    }

    [Test]
    public void nothing_is_known_of_a_topic_that_nobody_was_asked_for()
    {
        var read = new Dictionary<(string, int), long> { [("payment-events", 0)] = 1 };

        LostRecords
            .Shorter(read, new Dictionary<(string, int), Watermarks> { [(Topic, 0)] = new(0, 9) })
            .ShouldBeEmpty();
    }
}
