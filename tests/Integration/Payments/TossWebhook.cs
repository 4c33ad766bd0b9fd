using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// A webhook in the public form of Toss Payments, signed as its documentation says; each part may
/// be another than it should.
/// </summary>
internal sealed record TossWebhook(string OrderId, string Status = "DONE")
{
    public const string SignatureHeader = "tosspayments-webhook-signature";
    public const string TimeHeader = "tosspayments-webhook-transmission-time";

    public const string Path = "/api/payments/webhooks/toss";

    /// <summary>The sandbox's, which hosts expect unless they are told another.</summary>
    public string Secret { get; init; } = "test_whsec_concert_reservation";

    public string EventType { get; init; } = "PAYMENT_STATUS_CHANGED";
    public string? PaymentKey { get; init; }
    public long Amount { get; init; } = 132_000;
    public TimeSpan Age { get; init; }

    /// <summary>In place of the body that the other parts make.</summary>
    public string? Body { get; init; }

    /// <summary>What is sent, where it is not what was signed.</summary>
    public string? SentBody { get; init; }

    public bool IsSigned { get; init; } = true;

    public HttpRequestMessage Request()
    {
        var time = (DateTimeOffset.UtcNow - Age)
            .ToOffset(TimeSpan.FromHours(9))
            .ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        var body = Body ?? Json();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Path, UriKind.Relative))
        {
            Content = new StringContent(
                SentBody ?? body,
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json")
            ),
        };
        request.Headers.Add(TimeHeader, time);
        if (IsSigned)
            request.Headers.Add(SignatureHeader, "v1:" + Signature($"{body}:{time}"));
        return request;
    }

    private string Signature(string text) =>
        Convert.ToBase64String(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(text))
        );

    private string Json() =>
        JsonSerializer.Serialize(
            new
            {
                eventType = EventType,
                createdAt = "2026-11-20T20:00:12.000000",
                data = new
                {
                    mId = "concerts",
                    version = "2022-11-16",
                    paymentKey = PaymentKey,
                    orderId = OrderId,
                    status = Status,
                    currency = "KRW",
                    totalAmount = Amount,
                    method = "카드",
                },
            }
        );
}
