using System.Text;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>
/// A Java service that passes a <c>LocalDateTime</c> on writes it without <c>Z</c>. Hosts in
/// different zones must read the same of it.
/// </summary>
[NonParallelizable]
internal sealed class TimeZoneTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private string? _zone;

    [SetUp]
    public void LiveInSeoul()
    {
        _zone = Environment.GetEnvironmentVariable("TZ");
        Environment.SetEnvironmentVariable("TZ", "Asia/Seoul");
        TimeZoneInfo.ClearCachedData();
        TimeZoneInfo.Local.BaseUtcOffset.ShouldBe(TimeSpan.FromHours(9));
    }

    [TearDown]
    public void GoBack()
    {
        Environment.SetEnvironmentVariable("TZ", _zone);
        TimeZoneInfo.ClearCachedData();
    }

    [TestCase("2026-11-20T12:00:00.000000Z")]
    [TestCase("2026-11-20T12:00:00")]
    [TestCase("2026-11-20T12:00:00.000000")]
    [TestCase("2026-11-20T21:00:00+09:00")]
    public void a_time_is_the_same_on_every_host_and_utc_where_it_does_not_say(string time)
    {
        var body = Encoding.UTF8.GetBytes(
            $$"""
            {"eventType":"CONCERT_SOLD_OUT","eventId":"0197a3c0-0000-7000-8000-000000000001",
             "occurredAt":"{{time}}","concertId":1,"concertName":"A","soldOutTime":"{{time}}",
             "bookingStartTime":"{{time}}","totalSeats":5}
            """
        );

        EventEnvelope.Read(body).OccurredAt.ShouldBe(Noon);
        var soldOut = (ConcertSoldOut)EventCatalogue.Deserialize("CONCERT_SOLD_OUT", body);
        soldOut.OccurredAt.ShouldBe(Noon);
        soldOut.SoldOutTime.ShouldBe(Noon);
        soldOut.BookingStartTime.Offset.ShouldBe(TimeSpan.Zero);
    }
}
