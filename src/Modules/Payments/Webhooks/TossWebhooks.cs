using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// Webhooks of Toss Payments (https://docs.tosspayments.com/reference/using-api/webhook-events).
/// Toss signs <c>payout.changed</c> and <c>seller.changed</c> and no changes of payments; the
/// sandbox signs those, too, in the same manner: HMAC-SHA256 of <c>{body}:{transmission time}</c>.
/// </summary>
internal sealed class TossWebhooks(IOptions<GatewayOptions> gateway) : IWebhookReader
{
    public const string TimeHeader = "tosspayments-webhook-transmission-time";

    private const string Changed = "PAYMENT_STATUS_CHANGED";
    private const string Scheme = "v1:";

    private static readonly HashSet<string> Outcomes =
    [
        "DONE",
        "ABORTED",
        "EXPIRED",
        "CANCELED",
        "PARTIAL_CANCELED",
    ];

    public string Provider => "toss";

    public string SignatureHeader => "tosspayments-webhook-signature";

    public bool IsSigned => gateway.Value.WebhookSecret.Length > 0;

    public Problem? Verify(ReadOnlyMemory<byte> body, IHeaderDictionary headers, DateTimeOffset now)
    {
        if (!IsSigned)
            return null;

        var options = gateway.Value;
        if (headers[SignatureHeader] is not [{ Length: > 0 } signature])
            return WebhookSignatures.Missing(SignatureHeader);
        if (headers[TimeHeader] is not [{ Length: > 0 } time])
            return WebhookSignatures.Missing(TimeHeader);

        var expected = WebhookSignatures.Sign(
            options.WebhookSecret,
            body,
            Encoding.UTF8.GetBytes(":" + time)
        );
        if (!WebhookSignatures.HasMatch(expected, Signatures(signature)))
            return WebhookSignatures.Wrong(SignatureHeader);

        var isRecent =
            DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var signedAt)
            && WebhookSignatures.IsRecent(signedAt, now, options.WebhookTolerance);
        return isRecent ? null : WebhookSignatures.Stale(TimeHeader, options.WebhookTolerance);
    }

    public WebhookNotice? Read(WebhookBody body) =>
        body.Text("eventType") == Changed
            ? new WebhookNotice(
                body.Text("data", "orderId"),
                "data.orderId",
                body.Text("data", "paymentKey"),
                body.Won("data", "totalAmount"),
                "data.totalAmount",
                Outcomes.Contains(body.Text("data", "status") ?? ""),
                IsTaken: body.Text("data", "status") == "DONE"
            )
            : null;

    /// <summary><c>v1:</c> and then one or two in Base64, with commas between.</summary>
    private static IEnumerable<byte[]> Signatures(string header)
    {
        foreach (var part in header.Split(',', StringSplitOptions.TrimEntries))
        {
            var text = part.StartsWith(Scheme, StringComparison.Ordinal)
                ? part[Scheme.Length..]
                : part;
            if (Base64.IsValid(text))
                yield return Convert.FromBase64String(text);
        }
    }
}
