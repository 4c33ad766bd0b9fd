using System.Net;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// What the provider tells by itself: late, twice, out of order, before its answer.
/// </summary>
[TestFixture]
internal sealed class WebhookTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [SetUp]
    public void TellTheHosts() => System.Webhooks.Url = System.WebhookUrl;

    [TearDown]
    public void TellNobody()
    {
        System.Webhooks.Url = null;
        System.Wire.Fault = null;
    }

    [Test]
    public async Task a_webhook_before_our_own_answer_completes_the_payment()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(
            reservation,
            Payer.WebhookFirstCard
        );

        // The host hangs up before the provider's answer: without the webhook it is UNKNOWN.
        var confirmed = await mina.ConfirmsAsync(payment, paymentKey, "key-1");

        confirmed.Status.ShouldBe(HttpStatusCode.OK, confirmed.Text);
        confirmed.PaymentStatus.ShouldBe("COMPLETED");
        var repeat = await System.OnOtherHost(mina).ConfirmsAsync(payment, paymentKey, "key-1");
        (repeat.Status, repeat.Text).ShouldBe((HttpStatusCode.OK, confirmed.Text));
        (await System.EventsOfAsync(payment)).ShouldBe([
            "PAYMENT_STARTED:1",
            "PAYMENT_COMPLETED:2",
        ]);
    }

    [TestCase(Payer.LateWebhookCard)]
    [TestCase(Payer.RepeatedWebhookCard)]
    [TestCase(Payer.UnorderedWebhookCard)]
    public async Task late_repeated_and_unordered_webhooks_take_and_return_the_money_once(
        string card
    )
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, card);

        await mina.ConfirmsAsync(payment, paymentKey);
        await mina.SeesAsync(payment, "COMPLETED");
        await System.ReceiveAsync(RefundTests.ConfirmationFailed(mina, reservation, payment));
        await mina.SeesAsync(payment, "REFUNDED");
        await Eventually.Until(
            "all webhooks have been answered",
            () => System.Webhooks.UnderWay == 0
        );

        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("REFUNDED");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("CANCELED");
        (await System.EventsOfAsync(payment)).ShouldBe(RefundTests.Refunded);
    }

    [Test]
    public async Task a_webhook_has_the_provider_asked_at_once_and_not_when_it_was_due()
    {
        var mina = System.NewPayer();
        var (payment, paymentKey) = await UnknownAsync(mina, Payer.GoodCard);
        await System.CheckMuchLaterAsync(payment);

        var told = await TellAsync(payment, new("", "DONE") { PaymentKey = paymentKey });

        told.Status.ShouldBe(HttpStatusCode.OK, told.Text);
        told.Json["outcome"]!.GetValue<string>().ShouldBe("ASKING");
        System.Wire.Fault = null;
        await mina.SeesAsync(payment, "COMPLETED");
    }

    [Test]
    public async Task webhooks_are_answered_while_the_provider_is_silent_and_one_host_asks_it()
    {
        var mina = System.NewPayer();
        var (payment, paymentKey) = await UnknownAsync(mina, Payer.GoodCard);
        var mended = new TaskCompletionSource();
        var (atOnce, most, questions) = (0, 0, 0);
        System.Wire.Fault = async (request, send) =>
        {
            if (!request.RequestUri!.AbsolutePath.EndsWith(paymentKey, StringComparison.Ordinal))
                return await send();

            Interlocked.Increment(ref questions);
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            await mended.Task;
            Interlocked.Decrement(ref atOnce);
            throw new HttpRequestException("The line is cut.");
        };
        await Eventually.Until("it is being asked", () => Volatile.Read(ref atOnce) == 1);
        await System.ExecuteAsync(
            "UPDATE payments.payments SET checks = 20 WHERE id = $1",
            payment
        );

        for (var i = 0; i < 6; i++)
        {
            var told = await TellAsync(payment, new("") { PaymentKey = paymentKey }, host: i % 2);
            told.Json["outcome"]!.GetValue<string>().ShouldBe("ASKING");
        }

        // Both hosts look for work meanwhile, and find all that is not in hand.
        for (var i = 0; i < 4; i++)
        {
            var (other, _) = await UnknownAsync(mina, Payer.TakenAndBrokenCard, cut: false);
            await mina.SeesAsync(other, "COMPLETED");
        }

        (most, questions).ShouldBe((1, 1));
        System.Wire.Fault = null;
        mended.SetResult();
        // It would wait a minute by itself; but there were webhooks while it was being asked.
        await Eventually.Becomes(
            "it is asked once more",
            () => mina.LooksAtAsync(payment),
            p => p.PaymentStatus == "COMPLETED",
            TimeSpan.FromSeconds(30)
        );
    }

    [Test]
    public async Task the_provider_decides_whatever_a_webhook_says()
    {
        var mina = System.NewPayer();
        var (payment, paymentKey) = await UnknownAsync(mina, Payer.EmptyCard);
        System.Wire.Fault = null;

        await TellAsync(payment, new("", "DONE") { PaymentKey = paymentKey });

        await mina.SeesAsync(payment, "FAILED");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("ABORTED");
    }

    [Test]
    public async Task a_webhook_about_a_payment_that_nobody_confirmed_takes_no_money()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);

        var told = await TellAsync(payment, new("", "DONE") { PaymentKey = paymentKey });

        told.Json["outcome"]!.GetValue<string>().ShouldBe("NOTHING_TO_DO");
        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("STARTED");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("IN_PROGRESS");
        (await mina.ConfirmsAsync(payment, paymentKey)).PaymentStatus.ShouldBe("COMPLETED");
    }

    [Test]
    public async Task a_refund_whose_answer_never_came_ends_once()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(
            reservation,
            Payer.RefundSilentCard
        );
        await mina.ConfirmsAsync(payment, paymentKey);

        await System.ReceiveAsync(RefundTests.ConfirmationFailed(mina, reservation, payment));

        await mina.SeesAsync(payment, "REFUNDED");
        (await System.EventsOfAsync(payment)).ShouldBe(RefundTests.Refunded);
    }

    /// <summary>A payment of which the hosts cannot learn what became: the line is cut.</summary>
    private static async Task<(long PaymentId, string PaymentKey)> UnknownAsync(
        Payer payer,
        string card,
        bool cut = true
    )
    {
        var reservation = await System.ReserveAsync(payer, 132_000);
        var opened = await payer.GoesToProviderAsync(reservation, card);
        if (cut)
            System.Wire.Fault = (_, _) => throw new HttpRequestException("The line is cut.");
        await payer.ConfirmsAsync(opened.PaymentId, opened.PaymentKey);
        return opened;
    }

    private static async Task<Answer> TellAsync(long payment, TossWebhook webhook, int host = 0)
    {
        var order = await System.OrderOfAsync(payment);
        return await System.SendAsync((webhook with { OrderId = order }).Request(), host);
    }
}
