using System.Net;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>Sales that do not stay sold: the whole concert's, or one seat's.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class GivenBackTests
{
    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task a_cancelled_concert_ends_holds_and_attempts_and_gives_back_every_sale()
    {
        var concert = await Given.AConcert();
        var holder = await Story.AnEnglishSpeaker();
        var byPoints = await Given.ACustomer();
        var byCard = await Story.AnEnglishSpeaker();
        var held = await holder.Reserves(concert.Seat(1));
        var attempt = await StartsByCard(holder, held);
        var soldForPoints = await byPoints.Buys(concert.Seats(2, 3));
        var soldByCard = await byCard.Reserves(concert.Seat(4));
        var card = (await byCard.PaysByCard(soldByCard)).ShouldBe(HttpStatusCode.OK);
        await byCard.SeesReservation(soldByCard, "CONFIRMED");

        var organiser = await Given.TheOperator();
        var ended = await organiser.Api.Delete(
            $"/api/concerts/{concert.Id}?reason=The%20singer%20is%20ill"
        );

        ended.ShouldBe(HttpStatusCode.NoContent);
        await holder.SeesReservation(held, "CANCELLED");
        (await holder.SeesPayment(attempt, "FAILED"))["reason"]
            .GetString()
            .ShouldBe("reservation-cancelled");
        (await holder.Receives("Your booking is cancelled")).Says(
            "You have not been charged",
            "The concert does not take place",
            "The singer is ill"
        );
        await byPoints.SeesReservation(soldForPoints, "CANCELLED");
        (await byPoints.Receives("예매가 취소되었습니다")).Says(
            "환불이 시작되었습니다",
            "공연이 취소되었습니다",
            "The singer is ill"
        );
        (await byPoints.Receives("환불이 완료되었습니다")).Says("100,000원", "포인트 지갑");
        (await byPoints.HasPoints()).ShouldBe(100_000);
        await byCard.SeesReservation(soldByCard, "CANCELLED");
        await byCard.SeesPayment(card["paymentId"].GetInt64(), "REFUNDED");
        (await byCard.Receives("Your refund is complete")).Says("KRW 50,000", "card");
        await byCard.Ranks(concert, seats: 0);
        await ShouldSellNothingMore(concert);
        await SeesRefunds(concert, due: 2, isDone: true);
    }

    [Test]
    public async Task who_cancels_a_concert_sees_how_far_its_buyers_have_their_money_back()
    {
        var concert = await Given.AConcert();
        var (mina, jisoo) = (await Given.ACustomer(), await Given.ACustomer());
        await mina.Buys(concert.Seats(1, 2));
        var soldByCard = await jisoo.Reserves(concert.Seat(3));
        (await jisoo.PaysByCard(soldByCard, Cards.RefundsFailTwice)).ShouldBe(HttpStatusCode.OK);
        await jisoo.SeesReservation(soldByCard, "CONFIRMED");
        await SeesRefunds(concert, due: 0, isDone: true);
        var organiser = await Given.TheOperator();

        (await organiser.Api.Delete($"/api/concerts/{concert.Id}")).ShouldBe(
            HttpStatusCode.NoContent
        );

        var some = await SeesRefunds(concert, due: 2, isDone: false);
        some["dueAmount"].GetInt64().ShouldBe(150_000);
        some["openAmount"].GetInt64().ShouldBeGreaterThanOrEqualTo(50_000);
        some["progress"].GetDouble().ShouldBeLessThan(1);
        var all = await SeesRefunds(concert, due: 2, isDone: true);
        all["refundedAmount"].GetInt64().ShouldBe(150_000);
        all["openAmount"].GetInt64().ShouldBe(0);
        all["progress"].GetDouble().ShouldBe(1);
    }

    [Test]
    public async Task a_seat_that_comes_back_reopens_the_concert_and_all_who_wait_hear_in_order()
    {
        var concert = await Given.AConcert(seats: 2);
        var list = new List<Persona>();
        for (var i = 0; i < 4; i++)
            list.Add(await Story.AnEnglishSpeaker());
        // Not in the order of their accounts.
        list.Reverse();
        foreach (var customer in list)
            (await JoinsWaitlist(customer, concert)).ShouldBe(HttpStatusCode.NoContent);
        var waiting = list[0];
        var (mina, jisoo) = (await Given.ACustomer(), await Given.ACustomer());
        var minas = await mina.Buys(concert.Seat(1));
        await jisoo.Buys(concert.Seat(2));
        await waiting.SeesConcert(concert.Id, "SOLD_OUT");
        await waiting.Receives("Sold out");

        (await mina.Cancels(minas)).ShouldBe(HttpStatusCode.NoContent);

        await waiting.SeesConcert(concert.Id, "SCHEDULED");
        foreach (var customer in list)
            (await customer.Receives("Seats are available again")).Says("Available seats", "1");
        var ids = list.Select(c => c.Id).ToList();
        (await ToldInOrder(concert)).ShouldBe([.. ids, .. ids]);
        (await mina.Receives("예매가 취소되었습니다")).Says("환불이 시작되었습니다");
        (await mina.Receives("환불이 완료되었습니다")).Says("50,000원", "포인트 지갑");
        (await mina.HasPoints()).ShouldBe(50_000);
        await mina.Ranks(concert, seats: 1);

        await waiting.Buys(concert.Seat(1));

        await waiting.SeesConcert(concert.Id, "SOLD_OUT");
        await System.Tells(
            Topics.Concerts,
            $"concert-{concert.Id}",
            "CONCERT_SCHEDULED",
            "CONCERT_SOLD_OUT",
            "CONCERT_REOPENED"
        );
    }

    private static Task<Answer> JoinsWaitlist(Persona customer, ConcertOnSale concert) =>
        customer.Api.Post($"/api/concerts/{concert.Id}/waitlist");

    /// <summary>Whom the waitlist's mails went to: of sold out, then of the seat.</summary>
    private static Task<IReadOnlyList<long>> ToldInOrder(ConcertOnSale concert) =>
        Eventually.Becomes(
            "every mail is sent",
            () =>
                System.Database.ReadAsync<long>(
                    """
                    SELECT user_id FROM notifications.mails
                    WHERE waitlist_concert_id = $1 AND state = 'sent' ORDER BY sent_at, id
                    """,
                    concert.Id
                ),
            told => told.Count == 8
        );

    private static async Task<Answer> SeesRefunds(ConcertOnSale concert, long due, bool isDone)
    {
        var organiser = await Given.TheOperator();
        return await Eventually.Becomes(
            $"{due} refunds are due, and {(isDone ? "none" : "some")} of them open",
            () => organiser.Api.Get($"/api/analytics/concerts/{concert.Id}/refunds"),
            seen =>
                seen.IsSuccess
                && seen["due"].GetInt64() == due
                && seen["open"].GetInt64() == 0 == isDone,
            Story.Patience
        );
    }

    private static async Task<long> StartsByCard(Persona customer, long reservation)
    {
        var started = await customer.StartsCardPayment(reservation);
        return started.ShouldBe(HttpStatusCode.Created)["paymentId"].GetInt64();
    }

    private static async Task ShouldSellNothingMore(ConcertOnSale concert)
    {
        var customer = await Given.ACustomer();
        (await customer.Holds(concert.Seat(5))).ShouldBe(HttpStatusCode.Conflict, "illegal-state");
        (await JoinsWaitlist(customer, concert)).ShouldBe(HttpStatusCode.Conflict, "illegal-state");
        (await customer.Api.Get($"/api/concerts/{concert.Id}"))["status"]
            .GetString()
            .ShouldBe("CANCELLED");
    }
}
