using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Somebody gives a part back in Stripe's console; then we want all of the money to go back.
/// </summary>
[TestFixture]
internal sealed class StripeRefundTests
{
    private StripeDouble _stripe = null!;
    private HttpClient _http = null!;
    private StripeGateway _gateway = null!;
    private ProviderOrder _order = null!;

    /// <summary>What was asked to go back, in won.</summary>
    private IEnumerable<string> Asked =>
        _stripe
            .Requests.Where(r => r is { Method: "POST", Path: "/v1/refunds" })
            .Select(r => r.Form["amount"]);

    [SetUp]
    public async Task PayAsync()
    {
        _stripe = await StripeDouble.StartAsync();
        _http = new HttpClient();
        _gateway = _stripe.GatewayOver(_http, TimeProvider.System);
        _order = new(
            $"payment-1-{Guid.NewGuid():N}",
            StripeBooks.GoodCard,
            new Money(132_000),
            TimeProvider.System.GetUtcNow(),
            Checks: 0
        );
        var paid = await _gateway.ConfirmAsync(_order, CancellationToken.None);
        paid.Kind.ShouldBe(VerdictKind.Taken);
    }

    [TearDown]
    public async Task StopAsync()
    {
        _http.Dispose();
        await _stripe.DisposeAsync();
    }

    [Test]
    public async Task the_rest_goes_back_once_however_often_it_is_asked()
    {
        ConsoleGivesBack(50_000);

        for (var checks = 0; checks < 3; checks++)
            (await RefundAsync(checks)).Kind.ShouldBe(VerdictKind.Returned);

        Asked.ShouldBe(["132000", "82000", "132000", "132000"]);
        _stripe.Books.Balance.ShouldBe(0);
    }

    [Test]
    public async Task a_part_that_is_still_pending_is_waited_for_and_not_given_twice()
    {
        _stripe.Books.RefundsArePending = true;
        ConsoleGivesBack(50_000);
        _stripe.Books.RefundsArePending = false;

        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        (await RefundAsync(checks: 1)).Kind.ShouldBe(VerdictKind.Unclear);

        _stripe.Books.SettleRefunds();
        (await RefundAsync(checks: 2)).Kind.ShouldBe(VerdictKind.Returned);
        Asked.Count(amount => amount == "82000").ShouldBe(1);
        _stripe.Books.Balance.ShouldBe(0);
    }

    [Test]
    public async Task parts_that_make_the_whole_are_the_refund()
    {
        ConsoleGivesBack(50_000);
        ConsoleGivesBack(82_000);

        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Returned);

        Asked.ShouldBe(["132000"]);
    }

    [TestCase("failed")]
    [TestCase("canceled")]
    public async Task a_part_that_did_not_arrive_is_given_back_with_the_rest(string status)
    {
        ConsoleGivesBack(50_000)["status"] = status;
        ConsoleGivesBack(30_000);

        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Returned);

        Asked.ShouldBe(["132000", "102000"]);
        _stripe.Books.Balance.ShouldBe(0);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task a_rest_that_breaks_goes_back_at_the_next_try_once(bool afterTheWork)
    {
        ConsoleGivesBack(50_000);
        BreakRefundsOf("82000", afterTheWork);
        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        _stripe.Fault = null;

        // Under the first key Stripe repeats its trouble for a day.
        (await RefundAsync(checks: 1)).Kind.ShouldBe(VerdictKind.Returned);

        _stripe.Books.Balance.ShouldBe(0);
    }

    /// <summary>Stripe refuses a key that comes with another amount.</summary>
    [Test]
    public async Task another_rest_has_another_key_also_within_one_try()
    {
        ConsoleGivesBack(50_000);
        BreakRefundsOf("82000", afterTheWork: false);
        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Unclear);
        _stripe.Fault = null;
        ConsoleGivesBack(20_000);

        (await RefundAsync()).Kind.ShouldBe(VerdictKind.Returned);

        _stripe.Books.Balance.ShouldBe(0);
    }

    [Test]
    public async Task where_no_part_went_back_a_refusal_stays_one()
    {
        _order = _order with { OrderId = "payment-2-ab" };

        var verdict = await RefundAsync();

        verdict.Kind.ShouldBe(VerdictKind.Unclear);
        verdict.Detail.ShouldContain("no successful charge");
        Asked.ShouldBe(["132000"]);
    }

    private JsonObject ConsoleGivesBack(long amount)
    {
        var intent = _stripe.Books.Intents.Single()["id"]!.GetValue<string>();
        var (status, refund) = _stripe.Books.Refund(intent, amount);
        status.ShouldBe(200);
        return refund;
    }

    private void BreakRefundsOf(string amount, bool afterTheWork) =>
        _stripe.Fault = r =>
            r is { Method: "POST", Path: "/v1/refunds" } && r.Form["amount"] == amount
                ? (500, afterTheWork)
                : null;

    private Task<Verdict> RefundAsync(int checks = 0) =>
        _gateway.RefundAsync(
            _order with
            {
                Checks = checks,
            },
            "concert-cancelled",
            CancellationToken.None
        );
}
