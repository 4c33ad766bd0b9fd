using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Tests.Unit.BuildingBlocks;

internal sealed class BackoffTests
{
    [TestCase(0, 2)]
    [TestCase(1, 2)]
    [TestCase(2, 4)]
    [TestCase(4, 16)]
    [TestCase(5, 30)]
    [TestCase(int.MaxValue, 30)]
    public void the_wait_doubles_from_the_first_to_the_longest(int failures, int seconds) =>
        Backoff
            .After(failures, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30))
            .ShouldBe(TimeSpan.FromSeconds(seconds));

    [Test]
    public void even_the_first_wait_is_no_longer_than_the_longest() =>
        Backoff
            .After(1, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(1))
            .ShouldBe(TimeSpan.FromSeconds(1));
}
