using ConcertReservation.Concerts;

namespace ConcertReservation.Tests.Unit.Concerts;

internal sealed class CursorTests
{
    [Test]
    public void a_cursor_survives_its_journey()
    {
        var cursor = new ListConcerts.Cursor(
            new DateTimeOffset(2027, 1, 1, 12, 30, 0, 123, 456, TimeSpan.Zero),
            42
        );

        ListConcerts.Cursor.Parse(cursor.ToString()).ShouldBe(cursor);
    }

    [TestCase("")]
    [TestCase("nonsense!")]
    [TestCase("AAAA")]
    [TestCase("MS4y.", TestName = "a character that is not base64url")]
    [TestCase("OTk5OTk5OTk5OTk5OTk5OTk5OS4x", TestName = "a time beyond all times")]
    [TestCase("LTEuMQ", TestName = "a negative time")]
    public void a_text_that_is_no_cursor_is_none(string text) =>
        ListConcerts.Cursor.Parse(text).ShouldBeNull();
}
