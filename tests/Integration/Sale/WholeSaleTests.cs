using System.Net;
using System.Text.Json;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// From a request through outbox, Kafka and consumers to what everybody sees and hears.
/// </summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class WholeSaleTests
{
    private static TestSystem System => SharedSystem.System;

    [TestCase("ko", "가입을 환영합니다", "가입이 완료되었습니다")]
    [TestCase("en", "Welcome to ConcertReservation", "Your account is ready")]
    public async Task who_signs_up_is_welcomed_by_mail(string language, string subject, string says)
    {
        var mina = await Given.ACustomer(language: language);

        var mail = await mina.Receives(subject);

        mail.Says(says, mina.Email, "김민아");
        await System.Tells(Topics.Users, $"user-{mina.Id}", "USER_SIGNED_UP");
    }

    [Test]
    public async Task a_concert_sells_out_and_everyone_hears_of_it()
    {
        var concert = await Given.AConcert(seats: 3, bookingStartsInSeconds: -30);
        var (mina, jisoo) = (await Given.ACustomer(), await Story.AnEnglishSpeaker());
        var waiting = await AWaitingCustomer(concert);

        var minas = await mina.Buys(concert.Seats(1, 2));
        var jisoos = await jisoo.On(System.HostB).Reserves(concert.Seat(3));
        (await jisoo.On(System.HostB).PaysByCard(jisoos)).ShouldBe(HttpStatusCode.OK);
        await jisoo.SeesReservation(jisoos, "CONFIRMED");

        await ShouldShowTheSale(mina.On(System.HostB), concert);
        await ShouldBeToldTheSale(concert, minas, jisoos);
        await ShouldBeMailed(mina, jisoo, minas, jisoos);
        (await waiting.Receives("매진되었습니다")).Says("Olympic Hall", "매진 시각");
        System.Mails.To(waiting.Email).Count.ShouldBe(2, "the welcome and one notice");
        await ShouldBeRanked(concert);
        await ShouldBeCounted(concert, mina);
    }

    private static async Task<Persona> AWaitingCustomer(ConcertOnSale concert)
    {
        var waiting = await Given.ACustomer();
        foreach (var host in System.Hosts)
        {
            var joined = await waiting.On(host).Api.Post($"/api/concerts/{concert.Id}/waitlist");
            joined.ShouldBe(HttpStatusCode.NoContent);
        }

        return waiting;
    }

    private static async Task ShouldShowTheSale(Persona customer, ConcertOnSale concert)
    {
        var shown = await customer.SeesConcert(concert.Id, "SOLD_OUT");
        shown["soldSeats"].GetInt32().ShouldBe(3);
        shown["soldOutTime"].GetString().ShouldNotBeNull().ShouldEndWith("Z");
        shown["sections"][0].GetProperty("availableSeats").GetInt32().ShouldBe(0);
        var map = await customer.Api.Get($"/api/concerts/{concert.Id}/seats");
        map["sections"][0].GetProperty("seats")[0].GetString().ShouldBe("sss", map.Body);
        (await customer.Holds(concert.Seat(1))).ShouldBe(HttpStatusCode.Conflict, "seat-taken");
    }

    private static async Task ShouldBeToldTheSale(ConcertOnSale concert, long minas, long jisoos)
    {
        foreach (var reservation in new[] { minas, jisoos })
        {
            await System.Tells(
                Topics.Reservations,
                $"reservation-{reservation}",
                "RESERVATION_CREATED",
                "RESERVATION_CONFIRMED"
            );
        }

        var key = $"concert-{concert.Id}";
        await System.Tells(Topics.Concerts, key, "CONCERT_SCHEDULED", "CONCERT_SOLD_OUT");
        var soldOut = System.Kafka.ReadAll(Topics.Concerts).Last(r => r.Message.Key == key);
        using var told = JsonDocument.Parse(soldOut.Message.Value);
        told.RootElement.GetProperty("eventType").GetString().ShouldBe("CONCERT_SOLD_OUT");
        told.RootElement.GetProperty("totalSeats").GetInt32().ShouldBe(3);
        var last = await System.Database.ScalarAsync<DateTime>(
            $"""
            SELECT max(occurred_at) FROM messaging.outbox WHERE event_type = 'RESERVATION_CONFIRMED'
                AND key IN ('reservation-{minas}', 'reservation-{jisoos}')
            """
        );
        told.RootElement.GetProperty("soldOutTime").GetDateTime().ShouldBe(last);
    }

    private static async Task ShouldBeMailed(Persona mina, Persona jisoo, long minas, long jisoos)
    {
        (await mina.Receives("좌석을 선점했습니다")).Says("100,000원", "2석", $"{minas}");
        (await mina.Receives("예매가 확정되었습니다")).Says("100,000원", $"{minas}");
        (await jisoo.Receives("Your seats are held")).Says("KRW 50,000", $"{jisoos}");
        (await jisoo.Receives("Your booking is confirmed")).Says("Olympic Hall", $"{jisoos}");
        System.Mails.To(mina.Email).Count.ShouldBe(3, "welcome, held and confirmed");
        System.Mails.To(jisoo.Email).Count.ShouldBe(3, "welcome, held and confirmed");
    }

    private static async Task ShouldBeRanked(ConcertOnSale concert)
    {
        var anybody = await Given.ACustomer();
        await anybody.Ranks(concert, seats: 3);
        var entry = await Eventually.Value(
            $"concert {concert.Id} is in the ranking of the fastest",
            async () =>
            {
                var ranking = await anybody.Api.Get("/api/rankings/sold-out?limit=100");
                return ranking["entries"]
                    .EnumerateArray()
                    .Where(e => e.GetProperty("concertId").GetInt64() == concert.Id)
                    .Select(e => (object)e.GetProperty("seconds").GetDouble())
                    .SingleOrDefault();
            },
            Story.Patience
        );
        ((double)entry).ShouldBeInRange(30, 300);
    }

    private static async Task ShouldBeCounted(ConcertOnSale concert, Persona buyer)
    {
        var organiser = await Given.TheOperator();
        var counted = await Eventually.Becomes(
            $"the statistics of concert {concert.Id} know of the whole sale",
            () => organiser.Api.Get($"/api/analytics/concerts/{concert.Id}"),
            s => s.IsSuccess && s["confirmations"].GetInt64() == 2,
            Story.Patience
        );
        counted["bookings"].GetInt64().ShouldBe(2);
        counted["soldSeats"].GetInt64().ShouldBe(3);
        counted["heldSeats"].GetInt64().ShouldBe(0);
        counted["revenue"].GetInt64().ShouldBe(150_000);
        counted["sellThrough"].GetDouble().ShouldBe(1);
        var own = await buyer.Api.Get($"/api/analytics/customers/{buyer.Id}");
        own.ShouldBe(HttpStatusCode.OK)["spend"].GetInt64().ShouldBe(100_000);
    }
}
