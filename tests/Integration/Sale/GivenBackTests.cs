using System.Net;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using ConcertReservation.Reservations;
using Microsoft.Extensions.DependencyInjection;

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
    }

    [Test]
    public async Task a_seat_that_comes_back_reopens_the_concert_and_who_waits_hears_of_it()
    {
        var concert = await Given.AConcert(seats: 2);
        var waiting = await Story.AnEnglishSpeaker();
        (await waiting.Api.Post($"/api/concerts/{concert.Id}/waitlist")).ShouldBe(
            HttpStatusCode.NoContent
        );
        var (mina, jisoo) = (await Given.ACustomer(), await Given.ACustomer());
        var minas = await mina.Buys(concert.Seat(1));
        await jisoo.Buys(concert.Seat(2));
        await waiting.SeesConcert(concert.Id, "SOLD_OUT");
        await waiting.Receives("Sold out");

        await GivesBack(minas);

        await waiting.SeesConcert(concert.Id, "SCHEDULED");
        (await waiting.Receives("Seats are available again")).Says("Available seats", "1");
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

    private static async Task<long> StartsByCard(Persona customer, long reservation)
    {
        var started = await customer.Api.Post(
            "/api/payments",
            new { reservationId = reservation, method = "CARD" },
            Persona.NewKey()
        );
        return started.ShouldBe(HttpStatusCode.Created)["paymentId"].GetInt64();
    }

    private static async Task ShouldSellNothingMore(ConcertOnSale concert)
    {
        var customer = await Given.ACustomer();
        (await customer.Holds(concert.Seat(5))).ShouldBe(HttpStatusCode.Conflict, "illegal-state");
        (await customer.Api.Post($"/api/concerts/{concert.Id}/waitlist")).ShouldBe(
            HttpStatusCode.Conflict,
            "illegal-state"
        );
        (await customer.Api.Get($"/api/concerts/{concert.Id}"))["status"]
            .GetString()
            .ShouldBe("CANCELLED");
    }

    /// <summary>One sale is given back while its concert goes on; no request does that.</summary>
    private static async Task GivesBack(long reservationId)
    {
        await using var scope = System.HostB.Services.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<ReservationStore>();
        var outbox = scope.ServiceProvider.GetRequiredService<Outbox>();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.RunAsync(
            async stop =>
            {
                var locked = await store.LockAsync([reservationId], stop);
                var sold = locked.Find(reservationId)!;
                outbox.Add(sold.CancelWithConcert(locked.SeatsOf(sold), "Given back", locked.Now));
                await store.SaveAsync(locked, stop);
                return sold.Version;
            },
            CancellationToken.None
        );
    }
}
