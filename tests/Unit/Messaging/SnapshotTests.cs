using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

internal sealed class SnapshotTests
{
    [TestCase("3:3:")]
    [TestCase("10:20:")]
    [TestCase("10:20:10,14,15")]
    [TestCase("18446744073709551614:18446744073709551615:18446744073709551614")]
    public void a_snapshot_survives_its_text(string text) =>
        Snapshot.Parse(text).ToString().ShouldBe(text);

    [TestCase("")]
    [TestCase("10:20")]
    [TestCase("10:x:")]
    public void what_is_no_snapshot_is_refused(string text) =>
        Should.Throw<FormatException>(() => Snapshot.Parse(text));

    [Test]
    public void nothing_shows_no_transaction_that_a_user_can_have()
    {
        Snapshot.Nothing.Xmax.ShouldBe(3ul);
        Snapshot.Nothing.InProgress.ShouldBeEmpty();
    }
}
