using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>The adapter against Stripe's public forms.</summary>
[TestFixture]
internal sealed class StripeGatewayTests
{
    private readonly MovedClock _clock = new();
    private StripeDouble _stripe = null!;
    private HttpClient _http = null!;
    private StripeGateway _gateway = null!;
    private ProviderOrder _order = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _stripe = await StripeDouble.StartAsync();
        _http = new HttpClient();
        _gateway = _stripe.GatewayOver(_http, _clock);
        _order = new(
            $"payment-1-{Guid.NewGuid():N}",
            StripeBooks.GoodCard,
            new Money(132_000),
            _clock.GetUtcNow(),
            Checks: 0
        );
    }

    [TearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _stripe.DisposeAsync();
    }

    [Test]
    public async Task a_payment_is_an_intent_in_won_that_is_made_and_confirmed_under_keys()
    {
        (await ConfirmAsync()).Kind.ShouldBe(VerdictKind.Taken);

        var (made, confirmed) = (_stripe.Requests.First(), _stripe.Requests.Last());
        (made.Path, made.IdempotencyKey).ShouldBe(("/v1/payment_intents", _order.OrderId));
        made.Form.ShouldBe(
            new Dictionary<string, string>
            {
                ["amount"] = "132000",
                ["currency"] = "krw",
                ["payment_method"] = "pm_card_visa",
                ["automatic_payment_methods[enabled]"] = "true",
                ["automatic_payment_methods[allow_redirects]"] = "never",
                ["metadata[order_id]"] = _order.OrderId,
            },
            ignoreOrder: true
        );
        confirmed.Path.ShouldMatch("^/v1/payment_intents/pi_[A-Za-z0-9]+/confirm$");
        confirmed.IdempotencyKey.ShouldNotBe(made.IdempotencyKey);
        confirmed.IdempotencyKey!.ShouldStartWith(_order.OrderId);
        _stripe.Books.Balance.ShouldBe(132_000);
    }

    [Test]
    public async Task however_often_it_is_confirmed_the_money_is_taken_once()
    {
        for (var checks = 0; checks < 3; checks++)
        {
            (await ConfirmAsync(checks)).Kind.ShouldBe(VerdictKind.Taken);
            (await ConfirmAsync(checks)).Kind.ShouldBe(VerdictKind.Taken);
        }

        _stripe.Books.Intents.Count.ShouldBe(1);
        _stripe.Books.Balance.ShouldBe(132_000);
    }

    [TestCase(StripeBooks.DeclinedCard, "declined")]
    [TestCase(StripeBooks.AuthenticatedCard, "authentication")]
    [TestCase(StripeBooks.UnknownCard, "No such PaymentMethod")]
    public async Task a_card_that_cannot_pay_is_declined_in_stripes_words(string card, string why)
    {
        _order = _order with { PaymentKey = card };

        var verdict = await ConfirmAsync();

        verdict.Kind.ShouldBe(VerdictKind.Declined);
        verdict.Detail.ShouldContain(why);
        _stripe.Books.Balance.ShouldBe(0);
    }

    [Test]
    public async Task after_a_decline_no_late_confirmation_takes_money()
    {
        _order = _order with { PaymentKey = StripeBooks.LateCard };

        (await ConfirmAsync()).Kind.ShouldBe(VerdictKind.Declined);
        (await ConfirmAsync(checks: 1)).Kind.ShouldBe(VerdictKind.Declined);

        _stripe.Books.Balance.ShouldBe(0);
    }

    [Test]
    public async Task a_decline_is_none_before_the_intent_is_cancelled()
    {
        _order = _order with { PaymentKey = StripeBooks.LateCard };
        _stripe.Fault = r => IsCancel(r) ? (500, false) : null;
        (await ConfirmAsync()).Kind.ShouldBe(VerdictKind.Unclear);

        // Another confirmation is faster than the cancellation.
        _stripe.Fault = r =>
        {
            if (IsCancel(r))
                _stripe.Books.Confirm(r.Path.Split('/')[^2]);
            return null;
        };
        (await FindAsync(checks: 1)).Kind.ShouldBe(VerdictKind.Taken);

        static bool IsCancel(StripeRequest request) =>
            request.Path.EndsWith("/cancel", StringComparison.Ordinal);
    }

    [Test]
    public async Task what_became_of_a_lost_answer_is_found_without_taking_anything()
    {
        (await FindAsync()).Kind.ShouldBe(VerdictKind.NotTaken);
        _stripe.Books.Balance.ShouldBe(0);
        await ConfirmAsync();
        (await FindAsync()).Kind.ShouldBe(VerdictKind.Taken);
        await RefundAsync();
        (await FindAsync()).Kind.ShouldBe(VerdictKind.Returned);

        _order = _order with { OrderId = "payment-2-ab", PaymentKey = StripeBooks.DeclinedCard };
        await ConfirmAsync();
        var declined = await FindAsync();
        (declined.Kind, declined.Detail).ShouldBe(
            (VerdictKind.Declined, "Your card was declined.")
        );
    }

    [TestCase(500, true)]
    [TestCase(500, false)]
    [TestCase(409, false)]
    [TestCase(429, false)]
    [TestCase(401, false)]
    public async Task trouble_at_stripe_is_unclear_and_another_attempt_takes_the_money_once(
        int status,
        bool afterTheWork
    )
    {
        _stripe.Fault = r =>
            r.Path.EndsWith("/confirm", StringComparison.Ordinal) ? (status, afterTheWork) : null;
        (await ConfirmAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        _stripe.Fault = null;

        // Under the first key Stripe repeats its trouble for a day.
        (await ConfirmAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        var found = await FindAsync();
        found.Kind.ShouldBe(afterTheWork ? VerdictKind.Taken : VerdictKind.NotTaken);
        (await ConfirmAsync(checks: 1)).Kind.ShouldBe(VerdictKind.Taken);

        _stripe.Books.Balance.ShouldBe(132_000);
    }

    [Test]
    public async Task nobody_at_the_other_end_is_unclear()
    {
        await _stripe.DisposeAsync();

        (await ConfirmAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        (await FindAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Unclear);
    }

    [Test]
    public async Task when_stripe_has_forgotten_the_key_the_intent_is_searched_for()
    {
        await ConfirmAsync();
        _stripe.ForgetKeys();
        _clock.Advance(TimeSpan.FromHours(30));

        (await FindAsync()).Kind.ShouldBe(VerdictKind.Taken);
        (await ConfirmAsync(checks: 1)).Kind.ShouldBe(VerdictKind.Taken);
        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Returned);

        _stripe.Books.Intents.Count.ShouldBe(1);
        _stripe.Requests.ShouldContain(r =>
            Uri.UnescapeDataString(r.Path)
            == $"/v1/payment_intents/search?query=metadata[\"order_id\"]:\"{_order.OrderId}\""
        );
    }

    [Test]
    public async Task a_search_that_is_refused_tells_nothing()
    {
        await ConfirmAsync();
        _clock.Advance(TimeSpan.FromHours(30));
        _stripe.Fault = r =>
            r.Path.Contains("/search", StringComparison.Ordinal) ? (400, false) : null;

        (await FindAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        (await ConfirmAsync(checks: 1)).Kind.ShouldBe(VerdictKind.Unclear);
    }

    [Test]
    public async Task the_whole_amount_goes_back_once_however_often_it_is_asked()
    {
        await ConfirmAsync();

        for (var checks = 0; checks < 3; checks++)
            (await RefundAsync(checks)).Kind.ShouldBe(VerdictKind.Returned);

        var refund = _stripe.Requests.First(r => r.Path == "/v1/refunds");
        refund.IdempotencyKey!.ShouldStartWith($"{_order.OrderId}-refund");
        (refund.Form["amount"], refund.Form["metadata[reason]"]).ShouldBe(
            ("132000", "concert-cancelled")
        );
        _stripe.Books.Balance.ShouldBe(0);
    }

    [Test]
    public async Task a_refund_that_breaks_after_its_work_or_is_pending_has_not_ended()
    {
        await ConfirmAsync();
        _stripe.Books.RefundsArePending = true;
        _stripe.Fault = r => r.Path == "/v1/refunds" ? (500, true) : null;
        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        _stripe.Fault = null;

        (await RefundAsync(checks: 1)).Kind.ShouldBe(VerdictKind.Unclear);
        _stripe.Books.SettleRefunds();

        (await RefundAsync(checks: 2)).Kind.ShouldBe(VerdictKind.Returned);
        _stripe.Books.Balance.ShouldBe(0);
    }

    [Test]
    public async Task what_was_not_taken_is_not_given_back()
    {
        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Unclear);

        _stripe.Books.Balance.ShouldBe(0);
    }

    [TestCase("amount", "1")]
    [TestCase("currency", "\"usd\"")]
    [TestCase("metadata", "{\"order_id\": \"payment-9-ff\"}")]
    public async Task an_intent_that_is_not_the_orders_is_not_taken_for_it(
        string field,
        string other
    )
    {
        await ConfirmAsync();
        _stripe.Books.Intents[0][field] = JsonNode.Parse(other);

        (await FindAsync()).Kind.ShouldBe(VerdictKind.Unclear);
    }

    private Task<Verdict> ConfirmAsync(int checks = 0) =>
        _gateway.ConfirmAsync(_order with { Checks = checks }, CancellationToken.None);

    private Task<Verdict> FindAsync(int checks = 0) =>
        _gateway.FindAsync(_order with { Checks = checks }, CancellationToken.None);

    private Task<Verdict> RefundAsync(int checks = 0) =>
        _gateway.RefundAsync(
            _order with
            {
                Checks = checks,
            },
            "concert-cancelled",
            CancellationToken.None
        );

    private sealed class MovedClock : TimeProvider
    {
        private TimeSpan _ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

        public void Advance(TimeSpan time) => _ahead += time;
    }
}
