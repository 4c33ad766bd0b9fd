using System.Net;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// The provider has something that is neither a whole payment nor none, and will stay so: its seats
/// would be pinned for ever.
/// </summary>
[TestFixture]
internal sealed class NoWholePaymentTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    [TearDown]
    public void MendTheWire() => System.Wire.Fault = null;

    [TestCase(Payer.PartReturnedCard, false)]
    [TestCase(Payer.PartReturnedCard, true)]
    [TestCase(Payer.TransferCard, false)]
    [TestCase(Payer.TransferCard, true)]
    public async Task what_there_is_of_it_goes_back_and_the_seats_are_held_again(
        string card,
        bool answerIsLost
    )
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(reservation, card);
        if (answerIsLost)
            LoseTheNextAnswer();

        await mina.ConfirmsAsync(payment, paymentKey);

        await mina.SeesAsync(payment, "FAILED");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("CANCELED");
        (await mina.PaysAsync(reservation, "CARD")).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Test]
    public async Task while_it_cannot_be_given_back_nobody_knows()
    {
        var mina = System.NewPayer();
        var reservation = await System.ReserveAsync(mina, 132_000);
        var (payment, paymentKey) = await mina.GoesToProviderAsync(
            reservation,
            Payer.PartReturnedCard
        );
        var refusals = 0;
        System.Wire.Fault = (request, send) =>
        {
            if (!request.RequestUri!.AbsolutePath.EndsWith("/cancel", StringComparison.Ordinal))
                return send();

            Interlocked.Increment(ref refusals);
            throw new HttpRequestException("The line is cut.");
        };

        (await mina.ConfirmsAsync(payment, paymentKey)).PaymentStatus.ShouldBe("UNKNOWN");
        await Eventually.Until("it is tried again", () => Volatile.Read(ref refusals) >= 3);

        System.Wire.Fault = null;
        await mina.SeesAsync(payment, "FAILED");
        (await System.StatusAtProviderAsync(paymentKey)).ShouldBe("CANCELED");
    }

    private static void LoseTheNextAnswer() =>
        System.Wire.Fault = async (_, send) =>
        {
            System.Wire.Fault = null;
            using (await send()) { }
            throw new HttpRequestException("The line is cut.");
        };
}
