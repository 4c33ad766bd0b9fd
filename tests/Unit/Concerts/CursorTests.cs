using ConcertReservation.Concerts;

namespace ConcertReservation.Tests.Unit.Concerts;

internal sealed class CursorTests
{
    [Test]
    public void a_cursor_survives_its_journey()
    {
        var place = new ListConcerts.Place(
            new DateTimeOffset(2027, 1, 1, 12, 30, 0, 123, 456, TimeSpan.Zero),
            42
        );

        ListConcerts.Place.Parse(place.ToCursor()).ShouldBe(place);
    }

    [TestCase("")]
    [TestCase("nonsense!")]
    [TestCase("AAAA")]
    [TestCase("MS4y.", TestName = "a character that is not base64url")]
    [TestCase("OTk5OTk5OTk5OTk5OTk5OTk5OS4x", TestName = "a time beyond all times")]
    [TestCase("LTEuMQ", TestName = "a negative time")]
    [TestCase("MTAyNA", TestName = "the cursor of another list")]
    public void a_text_that_is_no_cursor_is_none(string text) =>
        ListConcerts.Place.Parse(text).ShouldBeNull();
}
