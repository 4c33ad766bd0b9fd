namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>What an operator is told of money that has not come to an end.</summary>
[TestFixture]
internal sealed class OpenPaymentsTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [TearDown]
    public void MendTheWire() => System.Wire.Fault = null;

    [Test]
    public async Task refunds_that_do_not_end_are_counted_and_their_age_is_told()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        await mina.ConfirmsAsync(payment, paymentKey);
        System.Wire.Fault = (_, _) => throw new HttpRequestException("The line is cut.");
        await System.ReceiveAsync(RefundTests.ConfirmationFailed(mina, reservation, payment));
        await System.ExecuteAsync(
            """
            UPDATE payments.payments SET open_since = clock.now() - interval '1 day' WHERE id = $1
            """,
            payment
        );
        using var metrics = System.MetricsOf(host: 0);

        await Eventually.Until(
            "a refund that is a day old is told",
            () => metrics.Read("payments.oldest.open").GetValueOrDefault(Refunds) >= 86_400
        );
        metrics.Read("payments.open")[Refunds].ShouldBePositive();

        System.Wire.Fault = null;
        await mina.SeesAsync(payment, "REFUNDED");
        await Eventually.Until(
            "it is told no longer",
            () => metrics.Read("payments.oldest.open")[Refunds] < 86_400
        );
    }

    [Test]
    public async Task money_that_brings_no_ticket_is_counted_and_its_age_is_told()
    {
        const int Age = 2 * 86_400;
        var mina = System.NewPayer();
        await mina.ChargesAsync(200_000);
        var reservation = await System.ReserveAsync(mina, 132_000);
        var payment = (await mina.PaysAsync(reservation, "POINT")).PaymentId;
        await System.ExecuteAsync(
            "UPDATE payments.payments SET started_at = clock.now() - interval '2 days' "
                + "WHERE id = $1",
            payment
        );
        // Other tests have pinned seats, too, and so many are counted.
        await System.ExecuteAsync(
            "UPDATE reservations_double SET held_until = clock.now() - interval '2 days' "
                + "WHERE id = $1",
            reservation
        );
        using var metrics = System.MetricsOf(host: 0);

        await Eventually.Until(
            "money that came two days ago is told",
            () => metrics.Read("payments.oldest.open").GetValueOrDefault(Taken) >= Age
        );
        metrics.Read("payments.open")[Taken].ShouldBePositive();

        await System.SetStatusAsync(reservation, "CONFIRMED");
        await Eventually.Until(
            "it is told no longer",
            () => metrics.Read("payments.oldest.open")[Taken] < Age
        );
    }

    [Test]
    public async Task nothing_is_told_while_nobody_can_look()
    {
        using var metrics = System.MetricsOf(host: 0);
        await Eventually.Until(
            "all that can be open is told of, be it none",
            () => metrics.Read("payments.open").Count == 5
        );
        await System.ExecuteAsync("ALTER TABLE payments.payments RENAME TO payments_away");

        try
        {
            await Eventually.Until(
                "nothing is told",
                () => metrics.Read("payments.open").Count == 0
            );
        }
        finally
        {
            await System.ExecuteAsync("ALTER TABLE payments.payments_away RENAME TO payments");
        }

        await Eventually.Until("it is told again", () => metrics.Read("payments.open").Count == 5);
    }

    private const string Refunds = "status=REFUND_REQUESTED";
    private const string Taken = "status=COMPLETED";
}
