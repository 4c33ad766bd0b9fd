using System.Net;
using System.Net.Http.Json;
using ConcertReservation.Tests.Integration.Modules;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// A payment has failed here, and the provider has its money all the same: it goes back, once.
/// </summary>
[TestFixture]
internal sealed class TakenAfterFailingTests
{
    private const string Counter = "payments.taken.after.failing";

    private static readonly string[] Failed = ["PAYMENT_STARTED:1", "PAYMENT_FAILED:2"];

    private static PaymentsSystem System => PaymentsFixture.System;

    /// <summary>
    /// Whom the customer asks: it hears every answer, however busy the machine is, and leaves what
    /// is to be done later to the other two.
    /// </summary>
    private ModuleHost _patient = null!;

    private Payer _mina = null!;
    private long _payment;
    private string _paymentKey = null!;
    private string _order = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _patient = await System.StartHostAsync(
            ("Payments:Gateway:TimeoutSeconds", "60"),
            ("Payments:PollMilliseconds", "60000")
        );

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_patient is not null)
            await _patient.DisposeAsync();
    }

    [TearDown]
    public void MendTheWire() => System.Wire.Fault = null;

    /// <summary>Also where its answers to refunds are errors, or none.</summary>
    [TestCase(Payer.GoodCard)]
    [TestCase(Payer.RefundBrokenCard)]
    [TestCase(Payer.RefundSilentCard)]
    public async Task a_webhook_that_says_so_has_it_given_back(string card)
    {
        await GoesToProviderAsync(card);
        System.Wire.Fault = async (request, send) =>
        {
            System.Wire.Fault = null;
            using (await send()) { }
            return Decline(request);
        };
        await _mina.ConfirmsAsync(_payment, _paymentKey);
        await IsFailedAsync();
        (await System.StatusAtProviderAsync(_paymentKey)).ShouldBe("DONE");
        using var one = System.MetricsOf(host: 0);
        using var other = System.MetricsOf(host: 1);

        for (var host = 0; host < 2; host++)
            (await TellAsync("DONE", host)).ShouldBe("ASKING");

        await GoesBackAsync();
        (one.Sum(Counter) + other.Sum(Counter)).ShouldBe(1);
    }

    [Test]
    public async Task of_what_somebody_gave_back_in_part_the_rest_goes_back()
    {
        await GoesToProviderAsync(Payer.GoodCard);
        System.Wire.Fault = async (request, send) =>
        {
            System.Wire.Fault = null;
            using (await send()) { }
            return Decline(request);
        };
        await _mina.ConfirmsAsync(_payment, _paymentKey);
        await IsFailedAsync();
        var part = await System.CancelAtProviderAsync(_paymentKey, 50_000);
        part.PaymentStatus.ShouldBe("PARTIAL_CANCELED");

        (await TellAsync("DONE")).ShouldBe("ASKING");

        await GoesBackAsync();
    }

    [Test]
    public async Task a_try_that_was_never_answered_is_looked_back_at_without_a_webhook()
    {
        await GoesToProviderAsync(Payer.GoodCard);
        System.Wire.Fault = async (request, send) =>
        {
            if (request.Method == HttpMethod.Get)
                return Aborted(request);
            using (await send()) { }
            throw new HttpRequestException("The line is cut.");
        };
        await _mina.ConfirmsAsync(_payment, _paymentKey);
        await _mina.SeesAsync(_payment, "FAILED");
        (await System.StatusAtProviderAsync(_paymentKey)).ShouldBe("DONE");

        (await MinutesToNextCheckAsync()).ShouldBe(10, tolerance: 1);
        System.Wire.Fault = null;
        await System.CheckNowAsync(_payment);

        await GoesBackAsync();
    }

    [Test]
    public async Task a_late_answer_that_it_was_taken_has_it_given_back()
    {
        await GoesToProviderAsync(Payer.GoodCard);
        var (asked, mended) = (new TaskCompletionSource(), new TaskCompletionSource());
        System.Wire.Fault = async (request, send) =>
        {
            if (request.Method == HttpMethod.Get)
                return Aborted(request);
            asked.TrySetResult();
            await mended.Task;
            return await send();
        };
        var confirming = _mina.ConfirmsAsync(_payment, _paymentKey);
        await asked.Task;
        await System.CheckNowAsync(_payment);
        await _mina.SeesAsync(_payment, "FAILED");

        System.Wire.Fault = null;
        mended.SetResult();

        (await confirming).Status.ShouldBe(HttpStatusCode.PaymentRequired);
        await GoesBackAsync();
    }

    /// <summary>Who knows an order may say so of any that has failed.</summary>
    [Test]
    public async Task a_webhook_that_is_wrong_changes_nothing_and_replaces_no_later_look()
    {
        await GoesToProviderAsync(Payer.EmptyCard);
        await _mina.ConfirmsAsync(_payment, _paymentKey);
        await IsFailedAsync();

        (await TellAsync("ABORTED")).ShouldBe("NOTHING_TO_DO");
        (await TellAsync("DONE")).ShouldBe("ASKING");

        await Eventually.Until(
            "it was asked about, and is once more later",
            async () => await MinutesToNextCheckAsync() is > 9 and < 11
        );
        await System.CheckNowAsync(_payment);
        await IsOverAsync();
        (await System.StatusAtProviderAsync(_paymentKey)).ShouldBe("ABORTED");
    }

    [Test]
    public async Task a_card_that_was_declined_at_its_first_try_is_not_asked_about_again()
    {
        await GoesToProviderAsync(Payer.EmptyCard);

        await _mina.ConfirmsAsync(_payment, _paymentKey);

        await IsFailedAsync();
        await IsOverAsync();
    }

    [Test]
    public async Task what_has_not_gone_back_yet_is_told_as_open()
    {
        await GoesToProviderAsync(Payer.GoodCard);
        System.Wire.Fault = async (request, send) =>
        {
            var path = request.RequestUri!.AbsolutePath;
            if (path.EndsWith("/cancel", StringComparison.Ordinal))
                throw new HttpRequestException("The line is cut.");
            var answer = await send();
            if (!path.EndsWith("/confirm", StringComparison.Ordinal))
                return answer;

            answer.Dispose();
            return Decline(request);
        };
        await _mina.ConfirmsAsync(_payment, _paymentKey);
        using var metrics = System.MetricsOf(host: 0);

        await TellAsync("DONE");

        await Eventually.Until(
            "it is open",
            () => metrics.Read("payments.open").GetValueOrDefault("status=FAILED") > 0
        );
        System.Wire.Fault = null;
        await GoesBackAsync();
    }

    private async Task GoesToProviderAsync(string card)
    {
        _mina = System.At(System.NewPayer().CustomerId, _patient);
        var reservation = await System.ReserveAsync(_mina, 132_000);
        (_payment, _paymentKey) = await _mina.GoesToProviderAsync(reservation, card);
        _order = await System.OrderOfAsync(_payment);
    }

    private async Task GoesBackAsync()
    {
        await Eventually.Until(
            "the money went back",
            async () => await System.StatusAtProviderAsync(_paymentKey) == "CANCELED"
        );
        await IsOverAsync();
        await IsFailedAsync();
    }

    /// <summary>As whoever hears its events knows it.</summary>
    private async Task IsFailedAsync()
    {
        (await _mina.LooksAtAsync(_payment)).PaymentStatus.ShouldBe("FAILED");
        (await System.EventsOfAsync(_payment)).ShouldBe(Failed);
    }

    private Task IsOverAsync() =>
        Eventually.Until(
            "nobody has anything left to do for it",
            async () =>
                await System.AskAsync<bool>(
                    """
                    SELECT next_check_at IS NULL AND open_since IS NULL AND claimed_until IS NULL
                    FROM payments.payments WHERE id = $1
                    """,
                    _payment
                )
        );

    private Task<double> MinutesToNextCheckAsync() =>
        System.AskAsync<double>(
            """
            SELECT coalesce(extract(epoch FROM next_check_at - clock.now()) / 60, 0)::float8
            FROM payments.payments WHERE id = $1
            """,
            _payment
        );

    private async Task<string> TellAsync(string status, int host = 0)
    {
        var webhook = new TossWebhook(_order, status) { PaymentKey = _paymentKey };
        var told = await System.SendAsync(webhook.Request(), host);
        return told.Json["outcome"]!.GetValue<string>();
    }

    private static HttpResponseMessage Decline(HttpRequestMessage request) =>
        new(HttpStatusCode.Forbidden)
        {
            RequestMessage = request,
            Content = JsonContent.Create(
                new { code = "REJECT_CARD_COMPANY", message = "The issuer refused." }
            ),
        };

    /// <summary>What the provider has not heard of yet where it is asked.</summary>
    private HttpResponseMessage Aborted(HttpRequestMessage request) =>
        new(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = JsonContent.Create(
                new
                {
                    paymentKey = _paymentKey,
                    orderId = _order,
                    status = "ABORTED",
                    totalAmount = 132_000,
                }
            ),
        };
}
