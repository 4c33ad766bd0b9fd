using System.Net;
using System.Net.Http.Json;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// The first try was never answered and may be under way: what the provider says to later ones is
/// not the end, and what it says of other payments of the order is none of it.
/// </summary>
[TestFixture]
internal sealed class LaterTryTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [TearDown]
    public void MendTheWire() => System.Wire.Fault = null;

    /// <summary>
    /// The host gives up waiting, and whoever sees no outcome may pay at the provider once more.
    /// </summary>
    [TestCase(Payer.WorkedOnCard, false)]
    [TestCase(Payer.WorkedOnCard, true)]
    [TestCase(Payer.UnseenCard, false)]
    [TestCase(Payer.UnseenCard, true)]
    public async Task money_that_is_still_being_taken_brings_the_seats(string card, bool paysTwice)
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, card);

        var confirming = mina.ConfirmsAsync(payment, paymentKey);
        if (paysTwice)
            await BeginsAnotherAsync(payment);
        (await confirming).PaymentStatus.ShouldBe("UNKNOWN");

        await mina.SeesAsync(payment, "COMPLETED");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("DONE");
        (await StatusOfAsync(reservation)).ShouldBe("PAYING");
    }

    [TestCase(true, false)]
    [TestCase(true, true)]
    [TestCase(false, false)]
    [TestCase(false, true)]
    public async Task a_refusal_of_a_later_try_is_not_believed_while_the_payment_has_not_ended(
        bool isFound,
        bool paysTwice
    )
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        if (paysTwice)
            await BeginsAnotherAsync(payment);
        var (tries, refusals) = (0, 0);
        System.Wire.Fault = async (request, send) =>
        {
            if (request.Method == HttpMethod.Get)
                return isFound ? await send() : Refusal(request, HttpStatusCode.NotFound);
            if (Interlocked.Increment(ref tries) == 1)
                throw new HttpRequestException("The line is cut.");

            Interlocked.Increment(ref refusals);
            return Refusal(request, HttpStatusCode.BadRequest);
        };

        (await mina.ConfirmsAsync(payment, paymentKey)).PaymentStatus.ShouldBe("UNKNOWN");
        await Eventually.Until("it was refused twice", () => Volatile.Read(ref refusals) >= 2);

        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("UNKNOWN");
        System.Wire.Fault = null;
        await mina.SeesAsync(payment, "COMPLETED");
    }

    [Test]
    public async Task neither_is_one_after_whoever_tried_first_has_died()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        System.Wire.Fault = (_, _) => throw new InvalidOperationException("The host died here.");
        await mina.ConfirmsAsync(payment, paymentKey);
        var refusals = 0;
        System.Wire.Fault = async (request, send) =>
        {
            if (request.Method == HttpMethod.Get)
                return await send();

            Interlocked.Increment(ref refusals);
            return Refusal(request, HttpStatusCode.BadRequest);
        };

        await System.CheckNowAsync(payment);
        await Eventually.Until("it was refused", () => Volatile.Read(ref refusals) >= 2);

        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("UNKNOWN");
        System.Wire.Fault = null;
        await mina.SeesAsync(payment, "COMPLETED");
    }

    /// <summary>A host that took it up as abandoned has died before she came back.</summary>
    [Test]
    public async Task a_refusal_of_the_first_try_is_believed_whoever_had_taken_the_payment_up()
    {
        var mina = System.NewPayer();
        var started = await mina.PaysAsync(await System.ReserveAsync(mina, 132_000), "CARD");
        await System.ExecuteAsync(
            "UPDATE payments.payments SET asked_at = clock.now() WHERE id = $1",
            started.PaymentId
        );

        var declined = await mina.ConfirmsAsync(started.PaymentId, "pk_made_up");

        declined.Status.ShouldBe(HttpStatusCode.PaymentRequired);
    }

    /// <summary>A key that was made up, and the first answer to it was lost.</summary>
    [Test]
    public async Task what_is_refused_and_not_known_ends_when_nothing_can_be_under_way_any_more()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, _) = await mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        System.Wire.Fault = (_, _) =>
        {
            System.Wire.Fault = null;
            throw new HttpRequestException("The line is cut.");
        };
        (await mina.ConfirmsAsync(payment, "pk_made_up")).PaymentStatus.ShouldBe("UNKNOWN");
        await Eventually.Until(
            "it was asked about in vain",
            async () =>
                await System.AskAsync<int>(
                    "SELECT checks FROM payments.payments WHERE id = $1",
                    payment
                ) >= 3
        );

        (await mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("UNKNOWN");
        await System.ExecuteAsync(
            """
            UPDATE payments.payments SET started_at = clock.now() - interval '2 hours'
            WHERE id = $1
            """,
            payment
        );
        await System.CheckNowAsync(payment);

        await mina.SeesAsync(payment, "FAILED");
        (await StatusOfAsync(reservation)).ShouldBe("HELD");
    }

    /// <summary>In the checkout that is still open, with another card.</summary>
    private static async Task BeginsAnotherAsync(long payment)
    {
        var orderId = await System.OrderOfAsync(payment);
        using var begun = await System.Sandbox.PostAsJsonAsync(
            "/v1/payments",
            new
            {
                orderId,
                amount = 132_000,
                cardNumber = Payer.GoodCard,
            }
        );
        begun.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<string> StatusOfAsync(long reservation) =>
        System.AskAsync<string>(
            "SELECT status FROM reservations_double WHERE id = $1",
            reservation
        );

    private static HttpResponseMessage Refusal(HttpRequestMessage request, HttpStatusCode status) =>
        new(status)
        {
            RequestMessage = request,
            Content = JsonContent.Create(new { code = "NOT_NOW", message = "It is refused." }),
        };
}
