using System.Globalization;
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

    [TestCase("2026-11-21T00:00:00Z", false)]
    [TestCase("2026-11-21T23:59:59.9999999Z", false)]
    [TestCase("2026-11-22T00:00:00Z", true)]
    [TestCase("2026-11-22T09:00:00+09:00", true)]
    [TestCase("2026-11-22T08:59:59+09:00", false)]
    public void a_day_is_old_a_day_after_its_end_and_not_before(string now, bool isOld)
    {
        var day = OutboxPartition.Named("outbox_20261120");
        var time = DateTimeOffset.Parse(now, CultureInfo.InvariantCulture);

        day.IsOld(time, TimeSpan.FromHours(24)).ShouldBe(isOld);
    }

    [TestCase("outbox_20261399")]
    [TestCase("outbox_barriers")]
    public void a_table_named_nearly_so_is_no_partition(string name) =>
        OutboxPartition.TryNamed(name).ShouldBeNull();

    [Test]
    public void a_name_that_is_none_is_refused() =>
        Should.Throw<FormatException>(() => OutboxPartition.Named("outbox_barriers"));
}
