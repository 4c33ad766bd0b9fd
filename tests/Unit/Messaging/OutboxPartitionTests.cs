using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

internal sealed class OutboxPartitionTests
{
    [Test]
    public void a_partition_is_a_day_of_utc_named_for_it()
    {
        var day = OutboxPartition.Of(
            new DateTimeOffset(2026, 11, 21, 1, 30, 0, TimeSpan.FromHours(9))
        );

        day.Name.ShouldBe("outbox_20261120");
        day.From.ShouldBe(new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero));
        day.To.ShouldBe(new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero));
        OutboxPartition.Named(day.Name).ShouldBe(day);
    }

    [Test]
    public void partitions_ahead_follow_each_other_without_a_gap()
    {
        var now = new DateTimeOffset(2028, 2, 27, 23, 59, 59, TimeSpan.Zero);
        var days = OutboxPartition.Wanted(now).ToArray();

        days[0].ShouldBe(OutboxPartition.Of(now));
        days.Length.ShouldBe(OutboxPartition.DaysAhead + 1);
        for (var i = 1; i < days.Length; i++)
            days[i].From.ShouldBe(days[i - 1].To);
    }

    [TestCase("outbox_20261399")]
    [TestCase("outbox_barriers")]
    public void a_table_named_nearly_so_is_no_partition(string name) =>
        OutboxPartition.TryNamed(name).ShouldBeNull();

    [Test]
    public void a_name_that_is_none_is_refused() =>
        Should.Throw<FormatException>(() => OutboxPartition.Named("outbox_barriers"));
}
