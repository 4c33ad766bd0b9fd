using System.Net;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>A hold that is not paid: given back, lapsed, or kept after a declined card.</summary>
internal sealed class EndedHoldTests
{
    private static TestSystem System => SharedSystem.System;

    [Test]
    public async Task a_hold_that_is_given_back_is_told_and_its_seats_go_to_the_next()
    {
        var concert = await Given.AConcert();
        var (jisoo, next) = (await Story.AnEnglishSpeaker(), await Given.ACustomer());
        var reservation = await jisoo.Reserves(concert.Seats(1, 2));
        await jisoo.Ranks(concert, seats: 2);

        var cancelled = await jisoo.On(System.HostB).Cancels(reservation);

        cancelled.ShouldBe(HttpStatusCode.NoContent);
        (await next.Holds(concert.Seat(1))).ShouldBe(HttpStatusCode.Created);
        (await jisoo.Receives("Your seats are held")).Says($"{reservation}", "KRW 100,000");
        (await jisoo.Receives("Your booking is cancelled")).Says("You have not been charged");
        await jisoo.Ranks(concert, seats: 1);
        await System.Tells(
            Topics.Reservations,
            $"reservation-{reservation}",
            "RESERVATION_CREATED",
            "RESERVATION_CANCELLED"
        );
    }

    [Test]
    public async Task a_hold_that_lapses_is_told_and_its_seats_go_to_the_next()
    {
        var concert = await Given.AConcert(holdSeconds: 10);
        var (mina, next) = (await Given.ACustomer(), await Given.ACustomer());
        var reservation = await mina.Reserves(concert.Seats(1, 2));

        await Clock.Advance(seconds: 11);

        // At once: nobody has to wait for the sweeper.
        (await mina.Sees(reservation))["status"]
            .GetString()
            .ShouldBe("EXPIRED");
        (await next.On(System.HostB).Holds(concert.Seat(2))).ShouldBe(HttpStatusCode.Created);
        (await mina.PaysByPoints(reservation)).ShouldBe(
            HttpStatusCode.Conflict,
            "reservation-expired"
        );
        (await mina.Receives("결제 기한이 지나 좌석이 해제되었습니다")).Says(
            "청구된 금액은 없습니다",
            $"{reservation}"
        );
        await mina.Ranks(concert, seats: 1);
        await System.Tells(
            Topics.Reservations,
            $"reservation-{reservation}",
            "RESERVATION_CREATED",
            "RESERVATION_EXPIRED"
        );
    }

    [Test]
    public async Task a_declined_card_leaves_the_hold_and_another_card_makes_the_sale()
    {
        var concert = await Given.AConcert();
        var jisoo = await Story.AnEnglishSpeaker();
        var reservation = await jisoo.Reserves(concert.Seat(1));

        var declined = await jisoo.PaysByCard(reservation, Cards.Declined);

        declined.ShouldBe(HttpStatusCode.PaymentRequired, "payment-declined");
        declined["detail"].GetString()!.ShouldContain("insufficient funds");
        (await jisoo.Sees(reservation))["status"].GetString().ShouldBe("HELD");

        var approved = await jisoo.On(System.HostB).PaysByCard(reservation);

        approved.ShouldBe(HttpStatusCode.OK)["status"].GetString().ShouldBe("COMPLETED");
        var sold = await jisoo.SeesReservation(reservation, "CONFIRMED");
        var payment = approved["paymentId"].GetInt64();
        sold["paymentId"].GetInt64().ShouldBe(payment);
        (await jisoo.Receives("Your booking is confirmed")).Says("KRW 50,000");
        await System.Tells(
            Topics.Payments,
            $"payment-{payment}",
            "PAYMENT_STARTED",
            "PAYMENT_COMPLETED"
        );
        var attempts = await System.Database.ReadAsync<string>(
            $"SELECT status FROM payments.payments WHERE reservation_id = {reservation} ORDER BY id"
        );
        attempts.ShouldBe(["FAILED", "COMPLETED"]);
    }
}
