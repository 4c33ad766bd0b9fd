using System.Net;
using System.Text;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Somebody gives a part of a completed payment back in the provider's console; then the sale is
/// cancelled, and all of the money has to go back.
/// </summary>
[TestFixture]
internal sealed class PartGivenBackTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    private Payer _mina = null!;
    private long _reservation;
    private long _payment;
    private string _paymentKey = null!;

    [SetUp]
    public async Task PayAsync()
    {
        _mina = System.NewPayer();
        _reservation = await System.ReserveAsync(_mina, 132_000);
        (_payment, _paymentKey) = await _mina.GoesToProviderAsync(_reservation, Payer.GoodCard);
        await _mina.ConfirmsAsync(_payment, _paymentKey);
    }

    [TearDown]
    public void MendTheWire() => System.Wire.Fault = null;

    [Test]
    public async Task the_rest_goes_back_when_the_sale_is_cancelled()
    {
        await ConsoleGivesBackAsync(50_000);
        (await _mina.LooksAtAsync(_payment)).PaymentStatus.ShouldBe("COMPLETED");

        await CancelSaleAsync();

        await IsRefundedAsync();
    }

    [Test]
    public async Task parts_that_make_the_whole_are_the_refund()
    {
        await ConsoleGivesBackAsync(50_000);
        await ConsoleGivesBackAsync(82_000);

        await CancelSaleAsync();

        await IsRefundedAsync();
    }

    [Test]
    public async Task a_lost_answer_to_the_rest_is_asked_for_again()
    {
        await ConsoleGivesBackAsync(50_000);
        System.Wire.Fault = async (request, send) =>
        {
            var answer = await send();
            var isGivenBack = request.Method == HttpMethod.Post && answer.IsSuccessStatusCode;
            if (!isGivenBack)
                return answer;

            System.Wire.Fault = null;
            answer.Dispose();
            throw new HttpRequestException("The line is cut.");
        };

        await CancelSaleAsync();

        await IsRefundedAsync();
    }

    /// <summary>
    /// The reference does not say what a payment is called of which parts have left nothing.
    /// </summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task a_payment_of_which_nothing_is_left_is_given_back_whatever_its_status(
        bool isAllByHand
    )
    {
        await ConsoleGivesBackAsync(50_000);
        if (isAllByHand)
            await ConsoleGivesBackAsync(82_000);
        System.Wire.Fault = async (_, send) => await AsAPartAsync(await send());

        await CancelSaleAsync();

        await IsRefundedAsync();
    }

    [Test]
    public async Task the_provider_gives_back_no_more_than_is_left()
    {
        await ConsoleGivesBackAsync(50_000);

        foreach (var tooMuch in new long?[] { 82_001, null, 0, -1 })
        {
            var refused = await System.CancelAtProviderAsync(_paymentKey, tooMuch);

            refused.Status.ShouldBe(HttpStatusCode.Forbidden, refused.Text);
            refused.Json["code"]!.GetValue<string>().ShouldBe("NOT_CANCELABLE_AMOUNT");
        }
    }

    private async Task ConsoleGivesBackAsync(long amount)
    {
        var given = await System.CancelAtProviderAsync(_paymentKey, amount);
        given.Status.ShouldBe(HttpStatusCode.OK, given.Text);
    }

    private Task CancelSaleAsync() =>
        System.ReceiveAsync(RefundTests.ConfirmationFailed(_mina, _reservation, _payment));

    private async Task IsRefundedAsync()
    {
        await _mina.SeesAsync(_payment, "REFUNDED");
        (await System.StatusAtProviderAsync(_paymentKey)).ShouldBe("CANCELED");
        (await System.EventsOfAsync(_payment)).ShouldBe(RefundTests.Refunded);
    }

    private static async Task<HttpResponseMessage> AsAPartAsync(HttpResponseMessage answer)
    {
        var told = (await answer.Content.ReadAsStringAsync())
            .Replace("\"CANCELED\"", "\"PARTIAL_CANCELED\"", StringComparison.Ordinal)
            .Replace(
                "\"ALREADY_CANCELED_PAYMENT\"",
                "\"NOT_CANCELABLE_AMOUNT\"",
                StringComparison.Ordinal
            );
        answer.Content = new StringContent(told, Encoding.UTF8, "application/json");
        return answer;
    }
}
