using System.Net;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Webhooks that are not the provider's, or not about what they say: refused, with nothing changed
/// and nobody asked.
/// </summary>
[TestFixture]
internal sealed class ForgedWebhookTests
{
    private static PaymentsSystem System => PaymentsFixture.System;

    private Payer _mina = null!;
    private long _payment;
    private string _paymentKey = null!;
    private string _order = null!;
    private int _questions;

    /// <summary>A payment that has no outcome yet, and is not asked about for an hour.</summary>
    [SetUp]
    public async Task LeaveAPaymentUnknown()
    {
        _mina = System.NewPayer();
        var reservation = await System.ReserveAsync(_mina, 132_000);
        (_payment, _paymentKey) = await _mina.GoesToProviderAsync(reservation, Payer.GoodCard);
        System.Wire.Fault = (_, _) => throw new HttpRequestException("The line is cut.");
        await _mina.ConfirmsAsync(_payment, _paymentKey);
        _order = await System.OrderOfAsync(_payment);
        await Eventually.Until(
            "nobody has it in hand",
            async () =>
            {
                await System.CheckMuchLaterAsync(_payment);
                return await System.AskAsync<long>(
                        """
                        SELECT count(*) FROM payments.payments WHERE id = $1
                            AND claimed_until IS NULL AND next_check_at > clock.now()
                        """,
                        _payment
                    ) == 1;
            }
        );
        _questions = 0;
        System.Wire.Fault = (request, send) =>
        {
            if (request.RequestUri!.AbsolutePath.EndsWith(_paymentKey, StringComparison.Ordinal))
                Interlocked.Increment(ref _questions);
            return send();
        };
    }

    [TearDown]
    public void MendTheWire() => System.Wire.Fault = null;

    private static IEnumerable<TestCaseData> Forged()
    {
        const string Signature = TossWebhook.SignatureHeader;
        yield return Case("unsigned", Signature, w => w with { IsSigned = false });
        yield return Case("of another secret", Signature, w => w with { Secret = "guessed" });
        yield return Case("changed on its way", Signature, w => w with { SentBody = "{}" });
        yield return Case(
            "replayed",
            TossWebhook.TimeHeader,
            w => w with { Age = TimeSpan.FromMinutes(6) }
        );
        yield return Case(
            "from the future",
            TossWebhook.TimeHeader,
            w => w with { Age = TimeSpan.FromMinutes(-6) }
        );

        static TestCaseData Case(string what, string field, Func<TossWebhook, TossWebhook> forge) =>
            new TestCaseData(field, forge).SetArgDisplayNames(what);
    }

    [TestCaseSource(nameof(Forged))]
    public async Task a_webhook_that_is_not_the_providers_is_refused_by_its_header(
        string field,
        Func<TossWebhook, TossWebhook> forge
    )
    {
        var before = await RowAsync();

        var refused = await System.SendAsync(forge(Good()).Request());

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Problem.ShouldBe("webhook-not-verified");
        refused.Json["errors"]![field].ShouldNotBeNull(refused.Text);
        await NothingHappenedAsync(before);
    }

    [TestCase(1)]
    [TestCase(131_999)]
    [TestCase(132_001)]
    [TestCase(0)]
    [TestCase(-132_000)]
    public async Task a_webhook_of_another_amount_is_refused_by_its_field(long amount)
    {
        var before = await RowAsync();

        var refused = await System.SendAsync((Good() with { Amount = amount }).Request());

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Json["errors"]!["data.totalAmount"].ShouldNotBeNull(refused.Text);
        refused.Text.ShouldNotContain("132000");
        await NothingHappenedAsync(before);
    }

    [TestCase("131999.5")]
    [TestCase("1e30")]
    [TestCase("132000000000000000000000000000")]
    [TestCase("\"1\"")]
    [TestCase("[132000]")]
    [TestCase("true")]
    public async Task a_webhook_whose_amount_is_none_is_refused_by_its_field(string amount)
    {
        var before = await RowAsync();

        var refused = await System.SendAsync((Good() with { Body = Telling(amount) }).Request());

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Json["errors"]!["data.totalAmount"].ShouldNotBeNull(refused.Text);
        await NothingHappenedAsync(before);
    }

    [TestCase("132000.0")]
    [TestCase("132e3")]
    [TestCase("null")]
    public async Task however_an_amount_is_written_it_is_the_same(string amount)
    {
        var told = await System.SendAsync((Good() with { Body = Telling(amount) }).Request());

        told.Json["outcome"]!.GetValue<string>().ShouldBe("ASKING", told.Text);
    }

    [TestCase("payment-1-0000000000000000")]
    [TestCase("a\0b")]
    [TestCase("'; DROP TABLE payments.payments; --")]
    public async Task a_webhook_about_an_unknown_payment_is_not_found(string order)
    {
        var before = await RowAsync();

        var refused = await System.SendAsync((Good() with { OrderId = order }).Request());

        refused.Status.ShouldBe(HttpStatusCode.NotFound, refused.Text);
        refused.Problem.ShouldBe("not-found");
        refused.Json["errors"]!["data.orderId"].ShouldNotBeNull(refused.Text);
        await NothingHappenedAsync(before);
    }

    [TestCase("""{"eventType": "PAYMENT_STATUS_CHANGED"}""")]
    [TestCase("""{"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": 7}}""")]
    [TestCase("""{"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": ""}}""")]
    public async Task a_webhook_about_no_order_is_refused_by_its_field(string body)
    {
        var before = await RowAsync();

        var refused = await System.SendAsync((Good() with { Body = body }).Request());

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Json["errors"]!["data.orderId"].ShouldNotBeNull(refused.Text);
        await NothingHappenedAsync(before);
    }

    [Test]
    public async Task what_is_refused_is_counted_by_its_reason()
    {
        using var metrics = System.MetricsOf(host: 1);

        await System.SendAsync((Good() with { Secret = "guessed" }).Request(), host: 1);
        await System.SendAsync((Good() with { Amount = 1 }).Request(), host: 1);
        await System.SendAsync((Good() with { OrderId = "payment-9-ff" }).Request(), host: 1);

        foreach (var reason in new[] { "not-verified", "other-amount", "unknown-order" })
            metrics.Sum($"payments.webhooks.refused reason={reason}").ShouldBe(1, reason);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("""{"eventType": "\ud800"}""")]
    [TestCase("""{"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": "\udc00"}}""")]
    [TestCase("""{"\ud800\ud800": 1}""")]
    public async Task a_signed_body_that_is_none_is_refused(string body)
    {
        var refused = await System.SendAsync((Good() with { Body = body }).Request());

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Json["errors"]!["body"].ShouldNotBeNull(refused.Text);
    }

    [TestCase("{}")]
    [TestCase("""{"eventType": 7, "data": []}""")]
    [TestCase("""{"eventType": "payout.changed", "entityBody": {"id": "FPA_1"}}""")]
    public async Task a_webhook_of_another_kind_is_taken_note_of_and_no_more(string body)
    {
        var before = await RowAsync();

        var told = await System.SendAsync((Good() with { Body = body }).Request());

        told.Status.ShouldBe(HttpStatusCode.OK, told.Text);
        await NothingHappenedAsync(before);
    }

    [Test]
    public async Task a_webhook_of_another_key_or_of_no_outcome_changes_nothing()
    {
        var before = await RowAsync();

        var otherKey = Good() with { PaymentKey = "pk_other" };
        var noOutcome = Good() with { Status = "IN_PROGRESS" };
        foreach (var webhook in new[] { otherKey, noOutcome })
        {
            var told = await System.SendAsync(webhook.Request());
            told.Json["outcome"]!.GetValue<string>().ShouldBe("NOTHING_TO_DO");
        }

        await NothingHappenedAsync(before);
    }

    [TestCase("stripe")]
    [TestCase("TOSS")]
    [TestCase("nobody")]
    public async Task only_the_provider_that_is_configured_has_a_webhook(string provider)
    {
        var request = Good().Request();
        request.RequestUri = new Uri($"/api/payments/webhooks/{provider}", UriKind.Relative);

        (await System.SendAsync(request)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task a_repeat_within_the_tolerance_changes_a_final_payment_no_more()
    {
        await System.SendAsync(Good().Request());
        await _mina.SeesAsync(_payment, "COMPLETED");
        var before = await RowAsync();

        foreach (var status in new[] { "DONE", "CANCELED", "ABORTED", "EXPIRED", "DONE" })
        {
            var told = await System.SendAsync((Good() with { Status = status }).Request());
            told.Json["outcome"]!.GetValue<string>().ShouldBe("NOTHING_TO_DO");
        }

        (await RowAsync()).ShouldBe(before);
        (await System.EventsOfAsync(_payment)).Count.ShouldBe(2);
    }

    private string Telling(string amount) =>
        $$$"""
            {"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": "{{{_order}}}",
            "paymentKey": "{{{_paymentKey}}}", "status": "DONE", "totalAmount": {{{amount}}}}}
            """;

    private TossWebhook Good() => new(_order) { PaymentKey = _paymentKey };

    private async Task NothingHappenedAsync(string before)
    {
        (await RowAsync()).ShouldBe(before);
        _questions.ShouldBe(0);
        (await System.StatusAtProviderAsync(_paymentKey)).ShouldBe("IN_PROGRESS");
    }

    private Task<string> RowAsync() =>
        System.AskAsync<string>("SELECT p::text FROM payments.payments p WHERE id = $1", _payment);
}
