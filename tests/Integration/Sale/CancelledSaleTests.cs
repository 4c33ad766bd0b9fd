using System.Net;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>What is paid, and cancelled by its customer.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class CancelledSaleTests
{
    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task its_seats_are_free_at_once_and_its_money_goes_back()
    {
        var concert = await Given.AConcert();
        var mina = await Story.AnEnglishSpeaker();
        var reservation = await mina.Reserves(concert.Seats(1, 2));
        var paid = (await mina.PaysByCard(reservation)).ShouldBe(HttpStatusCode.OK);
        await mina.SeesReservation(reservation, "CONFIRMED");
        await mina.Ranks(concert, seats: 2);

        (await mina.On(System.HostB).Cancels(reservation)).ShouldBe(HttpStatusCode.NoContent);

        (await mina.Sees(reservation))["status"].GetString().ShouldBe("CANCELLED");
        var jisoo = await Given.ACustomer();
        await jisoo.Buys(concert.Seat(2));
        await mina.SeesPayment(paid["paymentId"].GetInt64(), "REFUNDED");
        (await mina.Receives("Your booking is cancelled")).Says("your refund is on its way");
        (await mina.Receives("Your refund is complete")).Says("KRW 100,000", "card");
        await mina.Ranks(concert, seats: 1);
        await CountsAsync(concert, confirmations: 2, cancellations: 1, revenue: 50_000);
        await System.Tells(
            Topics.Reservations,
            $"reservation-{reservation}",
            "RESERVATION_CREATED",
            "RESERVATION_CONFIRMED",
            "RESERVATION_CANCELLED"
        );
    }

    [Test]
    public async Task it_stays_sold_where_its_concert_is_too_near()
    {
        var concert = await Given.AConcert(startsInSeconds: 23 * 3600);
        var mina = await Given.ACustomer();
        var reservation = await mina.Buys(concert.Seat(1));

        var refused = await mina.Cancels(reservation);

        refused.ShouldBe(HttpStatusCode.Conflict, "illegal-state");
        refused["detail"].GetString().ShouldNotBeNull().ShouldContain("could be cancelled until");
        (await mina.Sees(reservation))["status"].GetString().ShouldBe("CONFIRMED");
        (await mina.HasPoints()).ShouldBe(0);
        var jisoo = await Given.ACustomer();
        (await jisoo.Holds(concert.Seat(1))).ShouldBe(HttpStatusCode.Conflict, "seat-taken");
    }

    [Test]
    public async Task it_is_cancelled_and_paid_back_once_however_often_it_is_asked()
    {
        var concert = await Given.AConcert();
        var mina = await Given.ACustomer();
        var reservation = await mina.Buys(concert.Seat(1));

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => mina.On(System.Hosts[i % 2]).Cancels(reservation))
        );

        answers.Count(a => a.Status == HttpStatusCode.NoContent).ShouldBe(1);
        answers.Count(a => a.Problem == "illegal-state").ShouldBe(7);
        (await mina.Receives("환불이 완료되었습니다")).Says("50,000원");
        (await mina.HasPoints()).ShouldBe(50_000);
        var entries = await mina.Api.Get("/api/wallet/entries");
        entries["items"].GetArrayLength().ShouldBe(3, entries.Body);
    }

    [Test]
    public async Task nobody_cancels_what_is_anothers()
    {
        var concert = await Given.AConcert();
        var (mina, jisoo) = (await Given.ACustomer(), await Given.ACustomer());
        var reservation = await mina.Buys(concert.Seat(1));

        (await jisoo.Cancels(reservation)).ShouldBe(HttpStatusCode.NotFound);

        (await mina.Sees(reservation))["status"].GetString().ShouldBe("CONFIRMED");
    }

    private static async Task CountsAsync(
        ConcertOnSale concert,
        long confirmations,
        long cancellations,
        long revenue
    )
    {
        var organiser = await Given.TheOperator();
        await Eventually.Becomes(
            "the statistics count it back",
            () => organiser.Api.Get($"/api/analytics/concerts/{concert.Id}"),
            seen =>
                seen.IsSuccess
                && seen["confirmations"].GetInt64() == confirmations
                && seen["cancellations"].GetInt64() == cancellations
                && seen["revenue"].GetInt64() == revenue,
            Story.Patience
        );
    }
}
