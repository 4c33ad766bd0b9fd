using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

internal enum PaymentProvider
{
    /// <summary>Toss Payments, or the sandbox, which speaks as it does.</summary>
    Toss,

    Stripe,
}

/// <summary>Section <c>Payments:Gateway</c>: who the payment provider is, and where.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Payments:Gateway";

    /// <summary>Of the sandbox; they guard nothing, for everybody can read them here.</summary>
    public const string SandboxSecretKey = "test_sk_concert_reservation";

    public const string SandboxWebhookSecret = "test_whsec_concert_reservation";

    /// <summary>The sandbox's name where it is another machine, such as in compose.</summary>
    public const string SandboxName = "payment-sandbox";

    public PaymentProvider Provider { get; init; }

    /// <summary>The provider as this host reaches it.</summary>
    [Required]
    public Uri BaseAddress { get; init; } = new("http://127.0.0.1:5090");

    /// <summary>
    /// Where a customer's browser pays; null where that is the same address. Stripe has no such
    /// page: there it is the shop's own, with Stripe.js.
    /// </summary>
    public Uri? CheckoutBaseAddress { get; init; }

    /// <summary>The merchant's key; the default is the sandbox's, which guards nothing.</summary>
    [Required]
    public string SecretKey { get; init; } = SandboxSecretKey;

    /// <summary>
    /// What the provider signs its webhooks with. Empty with Toss Payments itself, which does not
    /// sign changes of payments: then a webhook is but a hint to ask.
    /// </summary>
    public string WebhookSecret { get; init; } = SandboxWebhookSecret;

    /// <summary>A signed webhook that is older, or from further ahead, is refused.</summary>
    [Range(1, 3_600)]
    public int WebhookToleranceSeconds { get; init; } = 300;

    /// <summary>
    /// Where webhooks are not signed: how many of them a host reads. Signed ones are not limited.
    /// </summary>
    [Range(12, 600_000)]
    public int UnsignedWebhooksPerMinute { get; init; } = 600;

    /// <summary>An answer later than this counts as none.</summary>
    [Range(1, 60)]
    public double TimeoutSeconds { get; init; } = 10;

    /// <summary>Money of others is not kept by a secret that everybody knows.</summary>
    public bool IsSandbox => BaseAddress.IsLoopback || BaseAddress.Host == SandboxName;

    public TimeSpan WebhookTolerance => TimeSpan.FromSeconds(WebhookToleranceSeconds);

    public TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    /// <summary>When whoever asked to take the money has either noted the answer or died.</summary>
    /// <remarks>Two questions: what a used-up key leaves open, the payment answers.</remarks>
    public TimeSpan AnswerBy => (2 * Timeout) + TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long background work keeps a payment to itself: three questions, and the commit.
    /// </summary>
    public TimeSpan Lease => (3 * Timeout) + TimeSpan.FromSeconds(20);

    /// <summary>Where the customer pays.</summary>
    public Uri CheckoutFor(string orderId, long amountWon) =>
        new(
            CheckoutBaseAddress ?? BaseAddress,
            $"/checkout?orderId={Uri.EscapeDataString(orderId)}&amount={amountWon}"
        );
}

internal sealed class GatewayOptionsRules : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        foreach (var address in new[] { options.BaseAddress, options.CheckoutBaseAddress })
        {
            if (
                address is not null
                && !(address.IsAbsoluteUri && address.Scheme is "http" or "https")
            )
                return Fail($"{address} is no http address.");
        }

        return options.Provider == PaymentProvider.Stripe
            ? ValidateStripe(options)
            : ValidateToss(options);
    }

    private static ValidateOptionsResult ValidateToss(GatewayOptions options)
    {
        if (options.IsSandbox)
            return ValidateOptionsResult.Success;
        if (options.SecretKey == GatewayOptions.SandboxSecretKey)
            return Fail($"{options.BaseAddress} needs the SecretKey of its merchant.");
        return options.WebhookSecret == GatewayOptions.SandboxWebhookSecret
            ? Fail(
                $"{options.BaseAddress} needs a WebhookSecret of its own, or an empty one where "
                    + "it signs no webhooks."
            )
            : ValidateOptionsResult.Success;
    }

    private static ValidateOptionsResult ValidateStripe(GatewayOptions options)
    {
        if (options.CheckoutBaseAddress is null)
            return Fail("Stripe needs CheckoutBaseAddress, where customers give their card.");
        if (options.SecretKey == GatewayOptions.SandboxSecretKey)
            return Fail("Stripe needs the SecretKey of its merchant.");
        return options.WebhookSecret is "" or GatewayOptions.SandboxWebhookSecret
            ? Fail("Stripe needs the WebhookSecret of its webhook endpoint.")
            : ValidateOptionsResult.Success;
    }

    private static ValidateOptionsResult Fail(string why) =>
        ValidateOptionsResult.Fail($"{GatewayOptions.Section}: {why}");
}
