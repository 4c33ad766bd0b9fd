using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;
using ConcertReservation.Tests.Integration.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>A host that is configured to pay at Stripe.</summary>
[TestFixture]
internal sealed class StripePaymentTests
{
    private const string Secret = "whsec_of_the_endpoint";

    private TestDatabase _database = null!;
    private StripeDouble _stripe = null!;
    private ModuleHost _host = null!;
    private Payer _mina = null!;
    private static long _lastCustomer;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _database = await TestDatabase.CreateEmptyAsync("stripe");
        await _database.ExecuteAsync(ReservationsDouble.CreateSql);
        _stripe = await StripeDouble.StartAsync();
        _host = await ModuleHost.StartAsync(
            _database.ConnectionString,
            [new PaymentsModule()],
            services => services.AddScoped<IReservationPayments, ReservationsDouble>(),
            ("Payments:Gateway:Provider", "Stripe"),
            ("Payments:Gateway:BaseAddress", _stripe.Url.ToString()),
            ("Payments:Gateway:CheckoutBaseAddress", "https://concerts.example"),
            ("Payments:Gateway:SecretKey", StripeDouble.SecretKey),
            ("Payments:Gateway:WebhookSecret", Secret),
            ("Payments:PollMilliseconds", "20"),
            ("Payments:RetryMilliseconds", "50")
        );
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _host.DisposeAsync();
        await _stripe.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public void NewCustomer()
    {
        _stripe.Fault = null;
        var client = new HttpClient { BaseAddress = _host.Http.BaseAddress };
        var id = Interlocked.Increment(ref _lastCustomer);
        client.DefaultRequestHeaders.Add(SignedInByHeader.Name, $"{id};Customer");
        _mina = new Payer(id, client, client);
    }

    [TearDown]
    public void LeaveCustomer() => _mina.Api.Dispose();

    [Test]
    public async Task a_card_is_charged_and_the_money_goes_back_when_the_seats_are_gone()
    {
        var (reservation, payment) = await StartsAsync();

        var confirmed = await _mina.ConfirmsAsync(payment, StripeBooks.GoodCard);

        confirmed.Status.ShouldBe(HttpStatusCode.OK, confirmed.Text);
        confirmed.PaymentStatus.ShouldBe("COMPLETED");
        await _host.ReceiveAsync(RefundTests.ConfirmationFailed(_mina, reservation, payment));
        await _mina.SeesAsync(payment, "REFUNDED");
    }

    [Test]
    public async Task the_checkout_is_the_shops_page_for_cards()
    {
        var reservation = await ReserveAsync();

        var started = await _mina.PaysAsync(reservation, "CARD");

        started.Json["checkout"]!["url"]!
            .GetValue<string>()
            .ShouldStartWith("https://concerts.example/checkout?orderId=payment-");
    }

    [Test]
    public async Task a_declined_card_is_told_in_stripes_words()
    {
        var (_, payment) = await StartsAsync();

        var declined = await _mina.ConfirmsAsync(payment, StripeBooks.DeclinedCard);

        declined.Status.ShouldBe(HttpStatusCode.PaymentRequired, declined.Text);
        declined.Text.ShouldContain("Your card was declined.");
    }

    [Test]
    public async Task a_signed_webhook_has_an_unknown_payment_asked_about_at_once()
    {
        var payment = await LeaveUnknownAsync();

        var told = await TellAsync(payment, "payment_intent.succeeded");

        told.Status.ShouldBe(HttpStatusCode.OK, told.Text);
        told.Json["outcome"]!.GetValue<string>().ShouldBe("ASKING");
        await _mina.SeesAsync(payment, "COMPLETED");
        var again = await TellAsync(payment, "payment_intent.succeeded");
        again.Json["outcome"]!.GetValue<string>().ShouldBe("NOTHING_TO_DO");
    }

    /// <summary>
    /// Of an intent that is cancelled Stripe takes none; if it should, nobody keeps it.
    /// </summary>
    [TestCase(0)]
    [TestCase(50_000)]
    public async Task money_that_was_taken_for_a_payment_that_has_failed_goes_back(long inConsole)
    {
        var (_, payment) = await StartsAsync();
        await _mina.ConfirmsAsync(payment, StripeBooks.DeclinedCard);
        var order = await OrderOfAsync(payment);
        var intent = _stripe.Books.Intents.Single(i =>
            i["metadata"]!["order_id"]!.GetValue<string>() == order
        );
        (intent["status"], intent["amount_received"]) = ("succeeded", 132_000);
        intent["latest_charge"] = StripeForms.Charge(intent);
        if (inConsole > 0)
            _stripe.Books.Refund(intent["id"]!.GetValue<string>(), inConsole);

        var told = await TellAsync(payment, "payment_intent.succeeded");

        told.Json["outcome"]!.GetValue<string>().ShouldBe("ASKING");
        await Eventually.Until(
            "it went back",
            () => intent["latest_charge"]!["refunded"]!.GetValue<bool>()
        );
        (await _mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("FAILED");
    }

    [TestCase("another secret")]
    [TestCase("no signature")]
    [TestCase("old")]
    [TestCase("only v0")]
    [TestCase("another time")]
    public async Task a_forged_or_replayed_webhook_is_refused_by_its_header(string forgery)
    {
        var payment = await LeaveUnknownAsync();

        var refused = await TellAsync(payment, "payment_intent.succeeded", forgery);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Problem.ShouldBe("webhook-not-verified");
        refused.Json["errors"]!["Stripe-Signature"].ShouldNotBeNull();
        (await _mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("UNKNOWN");
    }

    [Test]
    public async Task a_webhook_of_another_amount_is_refused_by_its_field()
    {
        var payment = await LeaveUnknownAsync();

        var refused = await TellAsync(payment, "payment_intent.succeeded", amount: 1);

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Json["errors"]!["data.object.amount"].ShouldNotBeNull();
        (await _mina.LooksAtAsync(payment)).PaymentStatus.ShouldBe("UNKNOWN");
    }

    [Test]
    public async Task a_webhook_about_no_order_is_refused_by_its_field()
    {
        var payment = await LeaveUnknownAsync();

        var refused = await TellAsync(payment, "payment_intent.succeeded", forgery: "no order");

        refused.Status.ShouldBe(HttpStatusCode.BadRequest, refused.Text);
        refused.Json["errors"]!["data.object.metadata.order_id"].ShouldNotBeNull(refused.Text);
    }

    [Test]
    public async Task an_event_that_tells_no_outcome_is_taken_note_of()
    {
        var payment = await LeaveUnknownAsync();

        var told = await TellAsync(payment, "payment_intent.created");

        told.Json["outcome"]!.GetValue<string>().ShouldBe("NOTHING_TO_DO");
    }

    private async Task<long> ReserveAsync() =>
        (
            await _database.ReadAsync<long>(
                """
                INSERT INTO reservations_double (customer_id, amount, status)
                VALUES ($1, 132000, 'HELD') RETURNING id
                """,
                _mina.CustomerId
            )
        ).Single();

    private async Task<(long Reservation, long Payment)> StartsAsync()
    {
        var reservation = await ReserveAsync();
        return (reservation, (await _mina.PaysAsync(reservation, "CARD")).PaymentId);
    }

    /// <summary>Stripe has the money, the host does not know, and asks in an hour.</summary>
    private async Task<long> LeaveUnknownAsync()
    {
        var (_, payment) = await StartsAsync();
        var order = await OrderOfAsync(payment);
        // Every question about it, that of the intent under its own key, too.
        _stripe.Fault = r =>
            r.IdempotencyKey == order + "-confirm-0" ? (500, true)
            : r.Method == "GET" ? (500, false)
            : null;
        await _mina.ConfirmsAsync(payment, StripeBooks.GoodCard);
        await Eventually.Until(
            "nobody has it in hand, and it is due in an hour",
            async () =>
                (
                    await _database.ReadAsync<long>(
                        """
                        UPDATE payments.payments SET next_check_at = clock.now() + interval '1 hour'
                        WHERE id = $1 AND status = 'UNKNOWN' AND claimed_until IS NULL
                        RETURNING id
                        """,
                        payment
                    )
                ).Count == 1
        );
        _stripe.Fault = null;
        return payment;
    }

    private async Task<string> OrderOfAsync(long payment) =>
        (
            await _database.ReadAsync<string>(
                "SELECT order_id FROM payments.payments WHERE id = $1",
                payment
            )
        ).Single();

    private async Task<Answer> TellAsync(
        long payment,
        string type,
        string forgery = "",
        long amount = 132_000
    )
    {
        var metadata = new Dictionary<string, string>
        {
            ["order_id"] = await OrderOfAsync(payment),
        };
        var intent = StripeForms.Intent("pi_1", amount, StripeBooks.GoodCard, metadata);
        (intent["status"], intent["amount_received"]) = ("succeeded", amount);
        if (forgery == "no order")
            intent["metadata"] = new JsonObject();
        var body = StripeForms.Event(type, intent).ToJsonString();
        var age = forgery == "old" ? TimeSpan.FromMinutes(6) : TimeSpan.Zero;
        var time = (DateTimeOffset.UtcNow - age)
            .ToUnixTimeSeconds()
            .ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(
            HMACSHA256.HashData(
                Encoding.UTF8.GetBytes(forgery == "another secret" ? "guessed" : Secret),
                Encoding.UTF8.GetBytes($"{time}.{body}")
            )
        );
        var header = forgery switch
        {
            "only v0" => $"t={time},v0={signature}",
            "another time" => $"t={time}1,v1={signature}",
            // While a secret is replaced there are two.
            _ => $"t={time},v1={new string('0', 64)},v1={signature},v0={new string('1', 64)}",
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/payments/webhooks/stripe")
        {
            Content = new StringContent(
                body,
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json")
            ),
        };
        if (forgery != "no signature")
            request.Headers.Add("Stripe-Signature", header);
        using var response = await _host.Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }
}
