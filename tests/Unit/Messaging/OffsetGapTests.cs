using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

internal sealed class OffsetGapTests
{
    [Test]
    public void records_that_follow_each_other_leave_no_gap()
    {
        OffsetGap.Of(5, [5, 6, 7]).ShouldBeEmpty();
        OffsetGap.Of(0, [0]).ShouldBeEmpty();
        OffsetGap.Of(7, [5, 6]).ShouldBeEmpty("a rewind repeats");
    }

    [Test]
    public void what_is_missing_before_and_among_them_is_found()
    {
        OffsetGap.Of(5, [8, 9, 12]).ShouldBe([new OffsetGap(5, 8), new OffsetGap(10, 12)]);
        OffsetGap.Of(5, [8])[0].Count.ShouldBe(3);
    }

    [TestCase(-2)]
    [TestCase(-1001)]
    public void where_kafka_alone_knows_the_start_nothing_before_it_is_missing(long unknown) =>
        OffsetGap.Of(unknown, [100, 101]).ShouldBeEmpty();
}
