using ConcertReservation.Tests.Benchmarks;

namespace ConcertReservation.Tests.Unit.Benchmarks;

internal sealed class LogOrderTests
{
    private static readonly Guid First = Guid.CreateVersion7();
    private static readonly Guid Second = Guid.CreateVersion7();

    [Test]
    public void each_event_once_and_in_order_is_right() =>
        Judged(2, (First, "a", 1), (Second, "a", 2)).IsRight.ShouldBeTrue();

    [Test]
    public void keys_have_an_order_each() =>
        Judged(2, (First, "a", 1), (Second, "b", 1)).IsRight.ShouldBeTrue();

    [Test]
    public void a_missing_event_is_wrong() => Judged(2, (First, "a", 1)).IsRight.ShouldBeFalse();

    [Test]
    public void a_repeated_event_is_wrong() =>
        Judged(1, (First, "a", 1), (First, "a", 1)).IsRight.ShouldBeFalse();

    [Test]
    public void a_swapped_pair_is_wrong() =>
        Judged(2, (Second, "a", 2), (First, "a", 1)).IsRight.ShouldBeFalse();

    private static Check Judged(long expected, params (Guid Id, string Key, long Version)[] log)
    {
        var order = new LogOrder();
        foreach (var (id, key, version) in log)
            order.Add(id, key, version);
        return order.Judge(expected);
    }
}
