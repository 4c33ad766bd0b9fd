using System.Net;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>How customers booked in the recorded sale.</summary>
internal sealed class CustomerPatternsTests
{
    [Test]
    public async Task a_customers_patterns_are_those_of_the_sale()
    {
        var path = $"/api/analytics/customers/{Recording.Sale.Jisoo.Id}";
        var patterns = (await Recording.Sale.Jisoo.Api.Get(path)).ShouldBe(HttpStatusCode.OK)[
            "patterns"
        ];

        Number("expiries").ShouldBe(1);
        Number("cancellations").ShouldBe(1);
        Number("returns").ShouldBe(1);
        Number("conversion").ShouldBe(0.5);
        Number("seatsPerBooking").ShouldBe(1);
        Number("medianSecondsToPay").ShouldBeInRange(0.001, 60);
        Number("medianSecondsAfterSaleStart").ShouldBeInRange(60, 300);
        patterns
            .GetProperty("daysOfWeek")
            .EnumerateArray()
            .Sum(d => d.GetProperty("bookings").GetInt64())
            .ShouldBe(4);
        var points = patterns.GetProperty("paymentMethods").EnumerateArray().ShouldHaveSingleItem();
        points.GetProperty("method").GetString().ShouldBe("POINT");
        points.GetProperty("payments").GetInt64().ShouldBe(2);
        points.GetProperty("spend").GetInt64().ShouldBe(70_000);

        var mina = await Recording.Operator.Api.Get(
            $"/api/analytics/customers/{Recording.Sale.Mina.Id}"
        );
        var card = mina["patterns"].GetProperty("paymentMethods")[0];
        card.GetProperty("method").GetString().ShouldBe("CARD");
        card.GetProperty("failures").GetInt64().ShouldBe(1);
        card.GetProperty("spend").GetInt64().ShouldBe(0);

        double Number(string name) => patterns.GetProperty(name).GetDouble();
    }
}
