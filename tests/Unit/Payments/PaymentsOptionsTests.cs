using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Unit.Payments;

[TestFixture]
internal sealed class PaymentsOptionsTests
{
    [TestCase(0, 1)]
    [TestCase(1, 2)]
    [TestCase(5, 32)]
    [TestCase(6, 60)]
    [TestCase(1000, 60)]
    public void the_wait_doubles_up_to_a_minute(int checks, int seconds) =>
        new PaymentsOptions().DelayAfter(checks).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Test]
    public void customers_may_reach_the_provider_at_another_address_than_hosts()
    {
        var options = new GatewayOptions
        {
            BaseAddress = new Uri("http://sandbox:5090"),
            CheckoutBaseAddress = new Uri("http://localhost:5090"),
        };

        options
            .CheckoutFor("payment-1-ab", 5_000)
            .ShouldBe(new Uri("http://localhost:5090/checkout?orderId=payment-1-ab&amount=5000"));
    }

    [TestCase("https://concerts.example", "sk_live_1", "whsec_1", true)]
    [TestCase(null, "sk_live_1", "whsec_1", false)]
    [TestCase("https://concerts.example", GatewayOptions.SandboxSecretKey, "whsec_1", false)]
    [TestCase("https://concerts.example", "sk_live_1", GatewayOptions.SandboxWebhookSecret, false)]
    [TestCase("https://concerts.example", "sk_live_1", "", false)]
    public void stripe_needs_a_page_for_cards_and_secrets_of_its_own(
        string? checkout,
        string key,
        string webhooks,
        bool isValid
    ) =>
        new GatewayOptionsRules()
            .Validate(
                null,
                new GatewayOptions
                {
                    Provider = PaymentProvider.Stripe,
                    BaseAddress = new Uri("https://api.stripe.com"),
                    CheckoutBaseAddress = checkout is null ? null : new Uri(checkout),
                    SecretKey = key,
                    WebhookSecret = webhooks,
                }
            )
            .Succeeded.ShouldBe(isValid);

    [TestCase("https://api.tosspayments.com", "live_sk_1", "whsec_1", true)]
    [TestCase("https://api.tosspayments.com", "live_sk_1", "", true)]
    [TestCase("https://api.tosspayments.com", GatewayOptions.SandboxSecretKey, "", false)]
    [TestCase(
        "https://api.tosspayments.com",
        "live_sk_1",
        GatewayOptions.SandboxWebhookSecret,
        false
    )]
    [TestCase("http://10.0.0.7:5090", GatewayOptions.SandboxSecretKey, "whsec_1", false)]
    [TestCase(
        "http://127.0.0.1:5090",
        GatewayOptions.SandboxSecretKey,
        GatewayOptions.SandboxWebhookSecret,
        true
    )]
    [TestCase(
        "http://payment-sandbox:5090",
        GatewayOptions.SandboxSecretKey,
        GatewayOptions.SandboxWebhookSecret,
        true
    )]
    public void secrets_that_everybody_can_read_are_for_the_sandbox_alone(
        string address,
        string key,
        string webhooks,
        bool isValid
    ) =>
        new GatewayOptionsRules()
            .Validate(
                null,
                new GatewayOptions
                {
                    BaseAddress = new Uri(address),
                    SecretKey = key,
                    WebhookSecret = webhooks,
                }
            )
            .Succeeded.ShouldBe(isValid);

    [TestCase("ftp://sandbox")]
    [TestCase("/sandbox")]
    public void an_address_that_is_not_http_is_refused_at_start(string address) =>
        new GatewayOptionsRules()
            .Validate(
                null,
                new GatewayOptions { BaseAddress = new Uri(address, UriKind.RelativeOrAbsolute) }
            )
            .Failed.ShouldBeTrue();
}
