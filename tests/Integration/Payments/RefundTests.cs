using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.Payments;

[TestFixture]
internal sealed class RefundTests
{
    internal static readonly string[] Refunded =
    [
        "PAYMENT_STARTED:1",
        "PAYMENT_COMPLETED:2",
        "PAYMENT_REFUND_REQUESTED:3",
        "PAYMENT_REFUNDED:4",
    ];

    private static PaymentsSystem System => PaymentsFixture.System;

    [Test]
    public async Task points_come_back_once_however_often_it_is_asked()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000);
        var paid = await mina.PaysAsync(reservation, "POINT");
        var failed = ConfirmationFailed(mina, reservation, paid.PaymentId);

        await System.ReceiveAsync(failed);
        await System.ReceiveAsync(failed);
        var refunded = await mina.SeesAsync(paid.PaymentId, "REFUNDED");
        await System.ReceiveAsync(failed);

        refunded.Json["reason"]!.GetValue<string>().ShouldBe("seats gone");
        (await mina.BalanceAsync()).ShouldBe(200_000);
        (await System.EventsOfAsync(paid.PaymentId)).ShouldBe(Refunded);
    }

    [Test]
    public async Task a_card_gets_its_money_back_when_a_paid_reservation_is_cancelled()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        await mina.ConfirmsAsync(payment, paymentKey);

        await System.ReceiveAsync(Cancelled(mina, reservation, payment, wasConfirmed: true));

        await mina.SeesAsync(payment, "REFUNDED");
        (await System.EventsOfAsync(payment)).ShouldBe(Refunded);
    }

    [Test]
    public async Task a_refund_that_fails_at_the_provider_is_tried_until_it_works()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(
            reservation,
            Payer.RefundBrokenCard
        );
        await mina.ConfirmsAsync(payment, paymentKey);

        await System.ReceiveAsync(Cancelled(mina, reservation, payment, wasConfirmed: true));

        await mina.SeesAsync(payment, "REFUNDED");
        (await System.EventsOfAsync(payment)).ShouldBe(Refunded);
    }

    [Test]
    public async Task money_goes_back_however_long_the_reason_is()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        await mina.ConfirmsAsync(payment, paymentKey);
        var reason = "The concert was cancelled: " + new string('a', 172) + "😀";

        await System.ReceiveAsync(
            ConfirmationFailed(mina, reservation, payment) with
            {
                Reason = reason,
            }
        );

        var refunded = await mina.SeesAsync(payment, "REFUNDED");
        refunded.Json["reason"]!.GetValue<string>().ShouldBe(reason);
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("CANCELED");
    }

    [Test]
    public async Task points_come_back_while_the_provider_answers_nobody()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var byPoints = await System.ReserveAsync(mina, 132_000);
        var paid = await mina.PaysAsync(byPoints, "POINT");
        var sold = new List<(long Reservation, long Payment)>();
        for (var i = 0; i < 20; i++)
        {
            var byCard = await System.ReserveAsync(mina, 132_000);
            var (payment, paymentKey) = await mina.GoesToProviderAsync(byCard, Payer.GoodCard);
            await mina.ConfirmsAsync(payment, paymentKey);
            sold.Add((byCard, payment));
        }

        var mended = new TaskCompletionSource();
        System.Wire.Fault = async (_, send) =>
        {
            await mended.Task;
            return await send();
        };
        foreach (var (byCard, payment) in sold)
            await System.ReceiveAsync(Cancelled(mina, byCard, payment, wasConfirmed: true));
        await System.ReceiveAsync(ConfirmationFailed(mina, byPoints, paid.PaymentId));

        await mina.SeesAsync(paid.PaymentId, "REFUNDED");
        (await mina.LooksAtAsync(sold[0].Payment)).PaymentStatus.ShouldBe("REFUND_REQUESTED");
        System.Wire.Fault = null;
        mended.SetResult();
        await mina.SeesAsync(sold[0].Payment, "REFUNDED");
    }

    [Test]
    public async Task a_cancelled_hold_ends_its_attempt_and_moves_no_money()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, _) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        var cancelled = Cancelled(mina, reservation, null, wasConfirmed: false);

        await System.ReceiveAsync(cancelled);

        var failed = await mina.LooksAtAsync(payment);
        failed.PaymentStatus.ShouldBe("FAILED");
        failed.Json["reason"]!.GetValue<string>().ShouldBe("reservation-cancelled");
    }

    [Test]
    public async Task an_expired_hold_ends_an_attempt_unless_the_provider_was_asked()
    {
        var mina = System.NewPayer();
        var paidFor = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(paidFor, Payer.GoodCard);
        await mina.ConfirmsAsync(payment, paymentKey);
        var leftAlone = await System.ReserveAsync(mina, 132_000);
        var (abandoned, _) = await mina.GoesToProviderAsync(leftAlone, Payer.GoodCard);

        await System.ReceiveAsync(Expired(mina, paidFor));
        await System.ReceiveAsync(Expired(mina, leftAlone));

        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("COMPLETED");
        (await mina.LooksAtAsync(abandoned)).PaymentStatus.ShouldBe("FAILED");
    }

    [Test]
    public async Task a_refund_of_what_was_never_paid_is_an_error_and_moves_no_money()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, _) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);

        await Should.ThrowAsync<InvalidOperationException>(() =>
            System.ReceiveAsync(ConfirmationFailed(mina, reservation, payment))
        );

        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("STARTED");
    }

    [TestCase(132_001)]
    [TestCase(long.MaxValue)]
    public async Task a_refund_of_more_than_was_paid_is_an_error_and_moves_no_money(long amount)
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var byPoints = await System.ReserveAsync(mina, 132_000);
        var points = (await mina.PaysAsync(byPoints, "POINT")).PaymentId;
        var byCard = await System.ReserveAsync(mina, 132_000);
        var (card, paymentKey) = await mina.GoesToProviderAsync(byCard, Payer.GoodCard);
        await mina.ConfirmsAsync(card, paymentKey);

        foreach (var (reservation, payment) in new[] { (byPoints, points), (byCard, card) })
        {
            var refused = await Should.ThrowAsync<InvalidOperationException>(() =>
                System.ReceiveAsync(ConfirmationFailed(mina, reservation, payment, amount))
            );

            refused.Message.ShouldStartWith("amount:");
            (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("COMPLETED");
        }

        (await mina.BalanceAsync()).ShouldBe(68_000);
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("DONE");
    }

    [Test]
    public async Task the_entries_of_a_wallet_add_up_to_its_balance()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var paid = await mina.PaysAsync(await System.ReserveAsync(mina, 150_000), "POINT");
        paid.PaymentStatus.ShouldBe("COMPLETED");

        var apart = await System.AskAsync<long>(
            """
            SELECT count(*) FROM payments.wallets w WHERE customer_id = $1 AND balance <>
                (SELECT sum(amount) FROM payments.wallet_entries e
                 WHERE e.customer_id = w.customer_id)
            """,
            mina.CustomerId
        );

        apart.ShouldBe(0);
    }

    internal static ReservationConfirmationFailed ConfirmationFailed(
        Payer payer,
        long reservation,
        long payment,
        long amount = 132_000
    ) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            ReservationId = reservation,
            UserId = payer.CustomerId,
            ConcertId = 1,
            PaymentId = payment,
            Amount = new Money(amount),
            Reason = "seats gone",
        };

    private static ReservationCancelled Cancelled(
        Payer payer,
        long reservation,
        long? payment,
        bool wasConfirmed
    ) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            ReservationId = reservation,
            UserId = payer.CustomerId,
            ConcertId = 1,
            SeatIds = [1],
            Amount = new Money(132_000),
            PaymentId = payment,
            WasConfirmed = wasConfirmed,
            Reason = "given back",
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "밤의 노래",
        };

    internal static ReservationExpired Expired(Payer payer, long reservation) =>
        new()
        {
            OccurredAt = DateTimeOffset.UtcNow,
            ReservationId = reservation,
            UserId = payer.CustomerId,
            ConcertId = 1,
            SeatIds = [1],
            UserEmail = "mina@example.com",
            Language = "ko",
            ConcertName = "밤의 노래",
        };
}
