using System.Globalization;
using System.Text;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// Webhooks of Stripe (https://docs.stripe.com/webhooks): the header is
/// <c>t=unix time,v1=signature</c>, the signature the HMAC-SHA256 of <c>{t}.{body}</c> in hex.
/// </summary>
internal sealed class StripeWebhooks(IOptions<GatewayOptions> gateway) : IWebhookReader
{
    private const string Succeeded = "payment_intent.succeeded";

    private static readonly HashSet<string> Outcomes =
    [
        Succeeded,
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "charge.refunded",
    ];

    public string Provider => "stripe";

    public string SignatureHeader => "Stripe-Signature";

    public bool IsSigned => true;

    public Problem? Verify(ReadOnlyMemory<byte> body, IHeaderDictionary headers, DateTimeOffset now)
    {
        if (headers[SignatureHeader] is not [{ Length: > 0 } header])
            return WebhookSignatures.Missing(SignatureHeader);

        var parts = header
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(p => p.Split('=', 2))
            .Where(p => p.Length == 2)
            .ToLookup(p => p[0], p => p[1], StringComparer.Ordinal);
        var options = gateway.Value;
        var time = parts["t"].FirstOrDefault("");
        var expected = WebhookSignatures.Sign(
            options.WebhookSecret,
            Encoding.UTF8.GetBytes(time + "."),
            body
        );
        var sent = parts["v1"].Where(IsHash).Select(Convert.FromHexString);
        if (!WebhookSignatures.HasMatch(expected, sent))
            return WebhookSignatures.Wrong(SignatureHeader);

        return IsRecent(time, now, options.WebhookTolerance)
            ? null
            : WebhookSignatures.Stale(SignatureHeader, options.WebhookTolerance);
    }

    public WebhookNotice? Read(WebhookBody body) =>
        body.Text("type") is { } type && Outcomes.Contains(type)
            ? new WebhookNotice(
                body.Text("data", "object", "metadata", StripeGateway.OrderMetadata),
                $"data.object.metadata.{StripeGateway.OrderMetadata}",
                PaymentKey: null,
                body.Won("data", "object", "amount"),
                "data.object.amount",
                IsOutcome: true,
                IsTaken: type == Succeeded
            )
            : null;

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);

    private static bool IsRecent(string time, DateTimeOffset now, TimeSpan tolerance) =>
        time.Length <= 11
        && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && WebhookSignatures.IsRecent(DateTimeOffset.FromUnixTimeSeconds(seconds), now, tolerance);
}
