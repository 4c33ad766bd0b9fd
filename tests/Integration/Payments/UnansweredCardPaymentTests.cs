using System.Net;
using System.Net.Http.Json;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// A card payment whose outcome nobody tells: the provider is asked until it is known.
/// </summary>
[TestFixture]
internal sealed class UnansweredCardPaymentTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [TearDown]
    public void MendTheWire() => System.Wire.Fault = null;

    [Test]
    public async Task an_answer_that_never_comes_leaves_the_payment_unknown_until_it_is_known()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.SilentCard);

        var unknown = await mina.ConfirmsAsync(payment, paymentKey, "key-1");

        unknown.Status.ShouldBe(HttpStatusCode.Accepted, unknown.Text);
        unknown.PaymentStatus.ShouldBe("UNKNOWN");
        unknown.Location.ShouldBe($"/api/payments/{payment}");
        var known = await mina.SeesAsync(payment, "COMPLETED");
        var repeat = await System.OnOtherHost(mina).ConfirmsAsync(payment, paymentKey, "key-1");
        (repeat.Status, repeat.Text, repeat.Replayed).ShouldBe(
            (HttpStatusCode.OK, known.Text, true)
        );
        (await System.EventsOfAsync(payment)).ShouldBe([
            "PAYMENT_STARTED:1",
            "PAYMENT_COMPLETED:2",
        ]);
    }

    [Test]
    public async Task a_provider_that_broke_before_it_did_anything_is_asked_again()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(
            reservation,
            Payer.OnceBrokenCard
        );

        (await mina.ConfirmsAsync(payment, paymentKey)).PaymentStatus.ShouldBe("UNKNOWN");

        await mina.SeesAsync(payment, "COMPLETED");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("DONE");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task a_host_that_dies_around_the_providers_answer_loses_no_payment(bool wasTaken)
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        System.Wire.Fault = async (_, send) =>
        {
            System.Wire.Fault = null;
            if (wasTaken)
                using (await send()) { }
            throw new InvalidOperationException("The host died here.");
        };
        await mina.ConfirmsAsync(payment, paymentKey, "key-1");
        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("STARTED");

        var elsewhere = System.OnOtherHost(mina);
        var meanwhile = await elsewhere.ConfirmsAsync(payment, paymentKey, "key-1");
        meanwhile.Status.ShouldBe(HttpStatusCode.Accepted, meanwhile.Text);
        (await elsewhere.ConfirmsAsync(payment, "pk_other", "key-1")).Problem.ShouldBe(
            "idempotency-key-in-use"
        );
        await System.CheckNowAsync(payment);

        await mina.SeesAsync(payment, "COMPLETED");
        var repeat = await elsewhere.ConfirmsAsync(payment, paymentKey, "key-1");
        (repeat.Status, repeat.Replayed).ShouldBe((HttpStatusCode.OK, true));
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("DONE");
        (await System.EventsOfAsync(payment)).ShouldBe([
            "PAYMENT_STARTED:1",
            "PAYMENT_COMPLETED:2",
        ]);
    }

    [Test]
    public async Task a_repeat_that_looks_while_it_is_settled_hears_what_is_kept()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        System.Wire.Fault = (_, _) => throw new InvalidOperationException("The host died here.");
        await mina.ConfirmsAsync(payment, paymentKey, "key-1");
        await using var other = await System.BeginAsync(
            "LOCK TABLE payments.payments IN ACCESS EXCLUSIVE MODE"
        );

        var repeat = System.OnOtherHost(mina).ConfirmsAsync(payment, paymentKey, "key-1");
        await Eventually.Until(
            "it has waited for an answer in vain, and looks at the payment",
            async () =>
                await System.AskAsync<long>(
                    """
                    SELECT count(*) FROM pg_stat_activity
                    WHERE $1 = ANY (pg_blocking_pids(pid)) AND query LIKE '%LIMIT 2'
                    """,
                    other.ProcessId
                ) > 0
        );
        await other.ExecuteAsync(
            """
            UPDATE payments.idempotency_keys SET status = 402, content_type = 'text/plain',
                body = 'what is kept'
            WHERE customer_id = $1 AND key = 'key-1'
            """,
            mina.CustomerId
        );
        await other.CommitAsync();

        (await repeat).Replayed.ShouldBeTrue();
        (await repeat).Text.ShouldBe("what is kept");
    }

    [Test]
    public async Task two_hosts_finish_unknown_payments_once_each()
    {
        var mina = System.NewPayer();
        var open = new List<(long PaymentId, string PaymentKey)>();
        for (var i = 0; i < 12; i++)
        {
            var reservation = await System.ReserveAsync(mina, 132_000);
            var card = i % 3 == 0 ? Payer.EmptyCard : Payer.GoodCard;
            open.Add(await mina.GoesToProviderAsync(reservation, card));
        }

        System.Wire.Fault = (_, _) => throw new HttpRequestException("The line is cut.");
        await Task.WhenAll(open.Select(p => mina.ConfirmsAsync(p.PaymentId, p.PaymentKey)));
        var asked = new AskedAtOnce();
        System.Wire.Fault = asked.SendAsync;

        for (var i = 0; i < open.Count; i++)
        {
            var (payment, paymentKey) = open[i];
            var isDeclined = i % 3 == 0;
            await mina.SeesAsync(payment, isDeclined ? "FAILED" : "COMPLETED");
            var ended = isDeclined ? "PAYMENT_FAILED:2" : "PAYMENT_COMPLETED:2";
            (await System.EventsOfAsync(payment)).ShouldBe(["PAYMENT_STARTED:1", ended]);
            (await System.StatusAtProviderAsync(paymentKey)).ShouldBe(
                isDeclined ? "ABORTED" : "DONE"
            );
            asked.MostOf(paymentKey).ShouldBe(1, "one host at a time");
            asked.ConfirmationsOf(paymentKey).ShouldBe(1, "the money is taken once");
        }
    }

    [TestCase("another-order", 132_000)]
    [TestCase("another-order", 1)]
    [TestCase("ours", 1)]
    public async Task a_key_of_another_order_or_amount_ends_the_attempt_after_a_lost_answer(
        string order,
        long amount
    )
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var started = await mina.PaysAsync(reservation, "CARD");
        var ours = started.Json["checkout"]!["orderId"]!.GetValue<string>();
        var orderId = order == "ours" ? ours : $"order-{Guid.NewGuid():N}";
        var paymentKey = await PaysAtProviderAsync(orderId, amount);
        System.Wire.Fault = (_, _) =>
        {
            System.Wire.Fault = null;
            throw new HttpRequestException("The line is cut.");
        };

        var unknown = await mina.ConfirmsAsync(started.PaymentId, paymentKey);

        unknown.PaymentStatus.ShouldBe("UNKNOWN");
        await mina.SeesAsync(started.PaymentId, "FAILED");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("IN_PROGRESS");
        (await mina.PaysAsync(reservation, "CARD")).Status.ShouldBe(HttpStatusCode.Created);
    }

    [TestCase(true, "COMPLETED")]
    [TestCase(false, "FAILED")]
    public async Task a_key_that_is_used_up_is_judged_by_whose_payment_it_is(
        bool isOurs,
        string outcome
    )
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        if (!isOurs)
            paymentKey = await PaysAtProviderAsync($"order-{Guid.NewGuid():N}", 132_000);
        System.Wire.Fault = async (request, send) =>
        {
            if (!request.RequestUri!.AbsolutePath.EndsWith("/confirm", StringComparison.Ordinal))
                return await send();
            if (isOurs)
                using (await send()) { }
            return new HttpResponseMessage(HttpStatusCode.BadRequest)
            {
                Content = JsonContent.Create(
                    new { code = "ALREADY_PROCESSED_PAYMENT", message = "Used up." }
                ),
            };
        };

        await mina.ConfirmsAsync(payment, paymentKey);

        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe(outcome);
    }

    [Test]
    public async Task who_comes_back_from_the_provider_may_pay_by_points_at_once()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (card, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);

        var paid = await mina.PaysAsync(reservation, "POINT");

        paid.PaymentStatus.ShouldBe("COMPLETED");
        (await mina.LooksAtAsync(card)).PaymentStatus.ShouldBe("FAILED");
        (await mina.ConfirmsAsync(card, paymentKey)).Problem.ShouldBe("illegal-state");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("IN_PROGRESS");
    }

    [Test]
    public async Task an_attempt_that_nobody_comes_back_to_ends_and_frees_the_way_for_another()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        (await mina.PaysAsync(reservation, "CARD")).Problem.ShouldBe("illegal-state");

        await System.CheckNowAsync(payment);
        var failed = await mina.SeesAsync(payment, "FAILED");

        failed.Json["reason"]!.GetValue<string>().ShouldBe("abandoned");
        (await mina.ConfirmsAsync(payment, paymentKey)).Problem.ShouldBe("illegal-state");
        (await mina.PaysAsync(reservation, "CARD")).Status.ShouldBe(HttpStatusCode.Created);
    }

    private static async Task<string> PaysAtProviderAsync(string orderId, long amount)
    {
        using var paid = await System.Sandbox.PostAsJsonAsync(
            "/v1/payments",
            new
            {
                orderId,
                amount,
                cardNumber = Payer.GoodCard,
            }
        );
        return (await Answer.OfAsync(paid)).Json["paymentKey"]!.GetValue<string>();
    }
}
