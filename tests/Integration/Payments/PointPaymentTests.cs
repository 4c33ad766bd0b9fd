using System.Net;

namespace ConcertReservation.Tests.Integration.Payments;

[TestFixture]
internal sealed class PointPaymentTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [Test]
    public async Task points_pay_at_once_and_tell_it_in_order()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000);

        var paid = await mina.PaysAsync(reservation, "POINT");

        paid.Status.ShouldBe(HttpStatusCode.Created, paid.Text);
        paid.PaymentStatus.ShouldBe("COMPLETED");
        paid.Location.ShouldBe($"/api/payments/{paid.PaymentId}");
        (await mina.BalanceAsync()).ShouldBe(68_000);
        (await mina.LooksAtAsync(paid.PaymentId)).Text.ShouldBe(paid.Text);
        (await System.EventsOfAsync(paid.PaymentId)).ShouldBe([
            "PAYMENT_STARTED:1",
            "PAYMENT_COMPLETED:2",
        ]);
        (await PinnedByAsync(reservation)).ShouldBe(paid.PaymentId);
    }

    [Test]
    public async Task too_few_points_fail_the_attempt_and_another_way_to_pay_is_open_at_once()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(131_999);
        var reservation = await System.ReserveAsync(mina, 132_000);

        var refused = await mina.PaysAsync(reservation, "POINT", "key-1");

        refused.Status.ShouldBe(HttpStatusCode.PaymentRequired);
        refused.Problem.ShouldBe("insufficient-balance");
        (await mina.BalanceAsync()).ShouldBe(131_999);
        var failed = await System.AskAsync<long>(
            "SELECT id FROM payments.payments WHERE reservation_id = $1",
            reservation
        );
        (await System.EventsOfAsync(failed)).ShouldBe(["PAYMENT_STARTED:1", "PAYMENT_FAILED:2"]);
        (await mina.LooksAtAsync(failed)).Json["reason"]!
            .GetValue<string>()
            .ShouldBe("insufficient-balance");

        (await mina.PaysAsync(reservation, "CARD")).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Test]
    public async Task too_few_points_leave_a_card_at_its_provider_alone()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);

        (await mina.PaysAsync(reservation, "POINT")).Problem.ShouldBe("insufficient-balance");

        var confirmed = await mina.ConfirmsAsync(payment, paymentKey);
        confirmed.PaymentStatus.ShouldBe("COMPLETED");
    }

    [Test]
    public async Task no_points_are_taken_for_seats_that_were_not_pinned()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(1_000);
        var reservation = await System.ReserveAsync(mina, 132_000);
        await using var charge = await System.BeginAsync(
            "UPDATE payments.wallets SET balance = balance + 200000 WHERE customer_id = $1",
            mina.CustomerId
        );

        // It has seen the balance before the charge commits, and locks the wallet after it.
        var paying = mina.PaysAsync(reservation, "POINT");
        await Eventually.Until(
            "the payment has its answer, or waits for the wallet",
            async () => paying.IsCompleted || await System.IsWaitedForAsync(charge)
        );
        await charge.CommitAsync();

        (await paying).Problem.ShouldBe("insufficient-balance");
        (await mina.BalanceAsync()).ShouldBe(201_000);
        (
            await System.AskAsync<string>(
                "SELECT status FROM reservations_double WHERE id = $1",
                reservation
            )
        ).ShouldBe("HELD");
    }

    [Test]
    public async Task a_refused_payment_is_answered_the_same_under_its_key_even_after_a_charge()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var refused = await mina.PaysAsync(reservation, "POINT", "key-1");
        await mina.ChargesAsync(132_000);

        var repeat = await System.OnOtherHost(mina).PaysAsync(reservation, "POINT", "key-1");

        repeat.ShouldBe(refused with { Replayed = true });
        (await mina.PaysAsync(reservation, "POINT", "key-2")).PaymentStatus.ShouldBe("COMPLETED");
    }

    [Test]
    public async Task of_payments_that_race_for_one_reservation_over_two_hosts_one_takes_the_money()
    {
        var mina = System.NewPayer();
        var elsewhere = System.OnOtherHost(mina);
        await mina.ChargesAsync(1_000_000);
        var reservation = await System.ReserveAsync(mina, 100_000);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => (i % 2 == 0 ? mina : elsewhere).PaysAsync(reservation, "POINT"))
        );

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(1);
        answers
            .Where(a => a.Status != HttpStatusCode.Created)
            .Select(a => a.Problem)
            .ShouldAllBe(problem => problem == "illegal-state");
        (await mina.BalanceAsync()).ShouldBe(900_000);
    }

    [Test]
    public async Task parallel_repeats_of_one_key_over_two_hosts_pay_once_and_all_hear_the_same()
    {
        var mina = System.NewPayer();
        var elsewhere = System.OnOtherHost(mina);
        await mina.ChargesAsync(1_000_000);
        var reservation = await System.ReserveAsync(mina, 100_000);

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    (i % 2 == 0 ? mina : elsewhere).PaysAsync(reservation, "POINT", "key-1")
                )
        );

        answers.Select(a => (a.Status, a.Text)).Distinct().Count().ShouldBe(1);
        answers[0].Status.ShouldBe(HttpStatusCode.Created);
        (await mina.BalanceAsync()).ShouldBe(900_000);
    }

    [Test]
    public async Task reservations_that_are_paid_from_one_wallet_at_once_never_overdraw_it()
    {
        var mina = System.NewPayer();
        var elsewhere = System.OnOtherHost(mina);
        await mina.ChargesAsync(250_000);
        var reservations = new List<long>();
        for (var i = 0; i < 6; i++)
            reservations.Add(await System.ReserveAsync(mina, 100_000));

        var answers = await Task.WhenAll(
            reservations.Select(
                (reservation, i) => (i % 2 == 0 ? mina : elsewhere).PaysAsync(reservation, "POINT")
            )
        );

        answers.Count(a => a.Status == HttpStatusCode.Created).ShouldBe(2);
        answers.Count(a => a.Status == HttpStatusCode.PaymentRequired).ShouldBe(4);
        (await mina.BalanceAsync()).ShouldBe(50_000);
    }

    [Test]
    public async Task what_was_refused_without_effect_is_tried_anew_under_its_key()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000, "CANCELLED");
        (await mina.PaysAsync(reservation, "POINT", "key-1")).Problem.ShouldBe("illegal-state");

        await System.SetStatusAsync(reservation, "HELD");
        var again = await mina.PaysAsync(reservation, "POINT", "key-1");

        again.Status.ShouldBe(HttpStatusCode.Created);
        again.Replayed.ShouldBeFalse();
    }

    [Test]
    public async Task what_is_not_held_cannot_be_paid(
        [Values("EXPIRED", "CONFIRMED", "CANCELLED")] string status,
        [Values("POINT", "CARD")] string method
    )
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000, status);

        var refused = await mina.PaysAsync(reservation, method);

        refused.Status.ShouldBe(HttpStatusCode.Conflict);
        refused.Problem.ShouldBe(status == "EXPIRED" ? "reservation-expired" : "illegal-state");
        refused.Json["detail"]!.GetValue<string>().ShouldContain($"{reservation}");
        (
            await System.AskAsync<long>(
                "SELECT count(*) FROM payments.payments WHERE reservation_id = $1",
                reservation
            )
        ).ShouldBe(0);
        (await mina.BalanceAsync()).ShouldBe(200_000);
    }

    [Test]
    public async Task another_customers_reservation_and_payment_are_not_found()
    {
        var (mina, jisoo) = (System.NewPayer(), System.NewPayer());
        await mina.ChargesAsync(200_000);
        await jisoo.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000);

        (await jisoo.PaysAsync(reservation, "POINT")).Status.ShouldBe(HttpStatusCode.NotFound);

        var paid = await mina.PaysAsync(reservation, "POINT");
        (await jisoo.LooksAtAsync(paid.PaymentId)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await jisoo.ConfirmsAsync(paid.PaymentId, "pk_1")).Status.ShouldBe(
            HttpStatusCode.NotFound
        );
    }

    [TestCase(0, "POINT", "reservationId")]
    [TestCase(-4, "POINT", "reservationId")]
    [TestCase(1, "CASH", "method")]
    [TestCase(1, "point", "method")]
    [TestCase(1, "", "method")]
    public async Task a_bad_request_names_the_field(long reservation, string method, string field)
    {
        var refused = await System.NewPayer().PaysAsync(reservation, method);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Json["errors"]![field].ShouldNotBeNull();
    }

    [Test]
    public async Task a_payment_by_points_is_not_confirmed()
    {
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var paid = await mina.PaysAsync(await System.ReserveAsync(mina, 132_000), "POINT");

        (await mina.ConfirmsAsync(paid.PaymentId, "pk_1")).Problem.ShouldBe("illegal-state");
    }

    private static Task<long> PinnedByAsync(long reservation) =>
        System.AskAsync<long>(
            "SELECT pinned_by FROM reservations_double WHERE id = $1",
            reservation
        );
}
