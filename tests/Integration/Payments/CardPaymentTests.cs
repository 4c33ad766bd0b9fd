using System.Net;
using System.Net.Http.Json;

namespace ConcertReservation.Tests.Integration.Payments;

[TestFixture]
internal sealed class CardPaymentTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [Test]
    public async Task a_card_payment_waits_for_the_customer_and_is_taken_on_confirmation()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        (await mina.LooksAtAsync(payment)).Json["checkout"].ShouldNotBeNull();

        var confirmed = await mina.ConfirmsAsync(payment, paymentKey);

        confirmed.Status.ShouldBe(HttpStatusCode.OK, confirmed.Text);
        confirmed.PaymentStatus.ShouldBe("COMPLETED");
        confirmed.Json["checkout"].ShouldBeNull();
        (await System.EventsOfAsync(payment)).ShouldBe([
            "PAYMENT_STARTED:1",
            "PAYMENT_COMPLETED:2",
        ]);
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("DONE");
    }

    [TestCase(90, 90)]
    [TestCase(3_600, 180)]
    public async Task the_checkout_promises_no_more_time_than_the_hold_has(
        int holdSeconds,
        int promisedSeconds
    )
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        await System.ExecuteAsync(
            """
            UPDATE reservations_double SET held_until = clock.now() + make_interval(secs => $2)
            WHERE id = $1
            """,
            reservation,
            (double)holdSeconds
        );

        var started = await mina.PaysAsync(reservation, "CARD");

        var expiresAt = started.Json["checkout"]!["expiresAt"]!.GetValue<DateTimeOffset>();
        var startedAt = started.Json["startedAt"]!.GetValue<DateTimeOffset>();
        (expiresAt - startedAt).TotalSeconds.ShouldBe(promisedSeconds, tolerance: 10);
    }

    [TestCase(Payer.EmptyCard, "insufficient funds")]
    [TestCase(Payer.StolenCard, "stolen")]
    public async Task a_declined_card_ends_the_attempt_with_the_providers_reason(
        string card,
        string reason
    )
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, card);

        var declined = await mina.ConfirmsAsync(payment, paymentKey, "key-1");

        declined.Status.ShouldBe(HttpStatusCode.PaymentRequired, declined.Text);
        declined.Problem.ShouldBe("payment-declined");
        declined.Text.ShouldContain(reason);
        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("FAILED");
        (await System.EventsOfAsync(payment)).ShouldBe(["PAYMENT_STARTED:1", "PAYMENT_FAILED:2"]);
        (await System.OnOtherHost(mina).ConfirmsAsync(payment, paymentKey, "key-1")).ShouldBe(
            declined with
            {
                Replayed = true,
            }
        );
    }

    [Test]
    public async Task after_a_declined_card_another_one_can_pay_at_once()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (declined, badKey) = await mina.GoesToProviderAsync(reservation, Payer.EmptyCard);
        await mina.ConfirmsAsync(declined, badKey);

        var (payment, goodKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);

        (await mina.ConfirmsAsync(payment, goodKey)).PaymentStatus.ShouldBe("COMPLETED");
    }

    [Test]
    public async Task nobody_keeps_seats_for_ever_by_cards_that_are_declined()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        for (var i = 0; i < 5; i++)
        {
            var started = await mina.PaysAsync(reservation, "CARD");
            started.Status.ShouldBe(HttpStatusCode.Created, started.Text);
            await mina.ConfirmsAsync(started.PaymentId, "pk_made_up");
        }

        var refused = await mina.PaysAsync(reservation, "CARD");

        refused.Status.ShouldBe(HttpStatusCode.Conflict, refused.Text);
        refused.Problem.ShouldBe("illegal-state");
        await mina.ChargesAsync(132_000);
        (await mina.PaysAsync(reservation, "POINT")).PaymentStatus.ShouldBe("COMPLETED");
    }

    [Test]
    public async Task a_payment_key_that_the_provider_does_not_know_is_declined()
    {
        var mina = System.NewPayer();
        var started = await mina.PaysAsync(await System.ReserveAsync(mina, 132_000), "CARD");

        var declined = await mina.ConfirmsAsync(started.PaymentId, "pk_made_up");

        declined.Status.ShouldBe(HttpStatusCode.PaymentRequired);
        (await mina.LooksAtAsync(started.PaymentId)).PaymentStatus.ShouldBe("FAILED");
    }

    [Test]
    public async Task a_repeated_confirmation_on_the_other_host_gets_the_same_bytes()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        var confirmed = await mina.ConfirmsAsync(payment, paymentKey, "key-1");

        var elsewhere = System.OnOtherHost(mina);

        (await elsewhere.ConfirmsAsync(payment, paymentKey, "key-1")).ShouldBe(
            confirmed with
            {
                Replayed = true,
            }
        );
        (await elsewhere.ConfirmsAsync(payment, "pk_other", "key-1")).Problem.ShouldBe(
            "idempotency-key-reused"
        );
        (await elsewhere.ConfirmsAsync(payment, paymentKey, "key-2")).Problem.ShouldBe(
            "illegal-state"
        );
    }

    [Test]
    public async Task parallel_confirmations_of_one_key_take_the_money_once_and_hear_the_same()
    {
        var mina = System.NewPayer();
        var elsewhere = System.OnOtherHost(mina);
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    (i % 2 == 0 ? mina : elsewhere).ConfirmsAsync(payment, paymentKey, "key-1")
                )
        );

        answers.Select(a => (a.Status, a.Text)).Distinct().Count().ShouldBe(1);
        answers[0].Status.ShouldBe(HttpStatusCode.OK, answers[0].Text);
    }

    [TestCase("EXPIRED", "reservation-expired")]
    [TestCase("CANCELLED", "illegal-state")]
    [TestCase("CONFIRMED", "illegal-state")]
    public async Task a_hold_that_ended_meanwhile_is_not_paid_for(string status, string problem)
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        await System.SetStatusAsync(reservation, status);

        var refused = await mina.ConfirmsAsync(payment, paymentKey);

        refused.Status.ShouldBe(HttpStatusCode.Conflict, refused.Text);
        refused.Problem.ShouldBe(problem);
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("IN_PROGRESS");
        (await System.EventsOfAsync(payment)).ShouldBe(["PAYMENT_STARTED:1"]);
    }

    [TestCase(1)]
    [TestCase(131_999)]
    [TestCase(132_001)]
    public async Task a_key_of_another_amount_takes_no_money(long amount)
    {
        var mina = System.NewPayer();
        var started = await mina.PaysAsync(await System.ReserveAsync(mina, 132_000), "CARD");
        using var other = await System.Sandbox.PostAsJsonAsync(
            "/v1/payments",
            new
            {
                orderId = started.Json["checkout"]!["orderId"]!.GetValue<string>(),
                amount,
                cardNumber = Payer.GoodCard,
            }
        );
        var paymentKey = (await Answer.OfAsync(other)).Json["paymentKey"]!.GetValue<string>();

        var declined = await mina.ConfirmsAsync(started.PaymentId, paymentKey);

        declined.Problem.ShouldBe("payment-declined");
        declined.Text.ShouldContain("amount");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("IN_PROGRESS");
    }

    [TestCase("")]
    [TestCase("pk 1")]
    [TestCase("pk/1")]
    [TestCase("키")]
    public async Task a_payment_key_that_cannot_be_one_is_named(string paymentKey)
    {
        var mina = System.NewPayer();
        var started = await mina.PaysAsync(await System.ReserveAsync(mina, 132_000), "CARD");

        var refused = await mina.ConfirmsAsync(started.PaymentId, paymentKey);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Json["errors"]!["paymentKey"].ShouldNotBeNull();
    }

    [Test]
    public async Task a_person_gets_a_payment_key_on_the_providers_page()
    {
        var mina = System.NewPayer();
        var started = await mina.PaysAsync(await System.ReserveAsync(mina, 132_000), "CARD");
        var checkout = started.Json["checkout"]!;

        var page = await System.Sandbox.GetStringAsync(checkout["url"]!.GetValue<string>());
        page.ShouldContain("₩132,000");
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["orderId"] = checkout["orderId"]!.GetValue<string>(),
                ["amount"] = "132000",
                ["cardNumber"] = Payer.GoodCard,
            }
        );
        using var paid = await System.Sandbox.PostAsync("/checkout", form);
        var text = await paid.Content.ReadAsStringAsync();
        var paymentKey = text.Split("class=\"key\">")[1].Split('<')[0];

        (await mina.ConfirmsAsync(started.PaymentId, paymentKey)).PaymentStatus.ShouldBe(
            "COMPLETED"
        );
    }
}
