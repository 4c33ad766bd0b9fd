using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

public sealed class InboxPartitionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    [TestCase(0)]
    [TestCase(-29)]
    [TestCase(1)]
    public void an_id_of_these_days_has_its_place_among_the_partitions(int days)
    {
        var id = Guid.CreateVersion7(Now.AddDays(days));

        InboxPartitions.IsNative(id, Now).ShouldBeTrue();
        InboxPartitions
            .Wanted(Now)
            .Count(start =>
                string.CompareOrdinal(Text(id), Text(InboxPartitions.LowestId(start))) >= 0
                && string.CompareOrdinal(
                    Text(id),
                    Text(InboxPartitions.LowestId(start + InboxPartitions.Width))
                ) < 0
            )
            .ShouldBe(1);
    }

    [TestCase(-31)]
    [TestCase(3)]
    [TestCase(3650)]
    public void an_id_far_from_now_has_its_place_elsewhere(int days) =>
        InboxPartitions.IsNative(Guid.CreateVersion7(Now.AddDays(days)), Now).ShouldBeFalse();

    [Test]
    public void an_id_of_another_kind_has_its_place_elsewhere() =>
        InboxPartitions.IsNative(Guid.NewGuid(), Now).ShouldBeFalse();

    [Test]
    public void a_partition_is_dropped_only_when_none_of_its_ids_is_native()
    {
        var start = InboxPartitions.Wanted(Now).First();
        var last = Guid.CreateVersion7(
            start + InboxPartitions.Width - TimeSpan.FromMilliseconds(1)
        );

        for (var later = Now; later < Now.AddDays(60); later += TimeSpan.FromHours(6))
        {
            var bothTrue =
                InboxPartitions.IsPast(start, later) && InboxPartitions.IsNative(last, later);
            bothTrue.ShouldBeFalse();
        }
    }

    [Test]
    public void a_partitions_name_tells_its_start()
    {
        var start = InboxPartitions.Wanted(Now).First();

        InboxPartitions.TryParseName(InboxPartitions.NameOf(start), out var read).ShouldBeTrue();
        read.ShouldBe(start);
        InboxPartitions.TryParseName("inbox_foreign", out _).ShouldBeFalse();
    }

    /// <summary>As PostgreSQL orders UUIDs: byte by byte, as written.</summary>
    private static string Text(Guid id) => id.ToString("N");
}
