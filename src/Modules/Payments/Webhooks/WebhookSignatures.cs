using System.Security.Cryptography;
using System.Text;
using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.Payments;

/// <summary>What signatures of all providers have in common.</summary>
internal static class WebhookSignatures
{
    private const int MaxSignatures = 8;

    /// <summary>HMAC-SHA256 of the parts, one after the other.</summary>
    public static byte[] Sign(string secret, params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        using var hmac = IncrementalHash.CreateHMAC(
            HashAlgorithmName.SHA256,
            Encoding.UTF8.GetBytes(secret)
        );
        foreach (var part in parts)
            hmac.AppendData(part.Span);
        return hmac.GetHashAndReset();
    }

    /// <summary>
    /// Whether one of them is the expected one; how long that takes tells nothing. While a secret
    /// is being replaced there are two.
    /// </summary>
    public static bool HasMatch(byte[] expected, IEnumerable<byte[]> sent) =>
        sent.Take(MaxSignatures)
            .Aggregate(
                false,
                (has, s) => has | CryptographicOperations.FixedTimeEquals(s, expected)
            );

    public static bool IsRecent(DateTimeOffset signedAt, DateTimeOffset now, TimeSpan tolerance) =>
        (now - signedAt).Duration() <= tolerance;

    public static Problem Missing(string header) =>
        Problems.WebhookNotVerified(
            header,
            "is required: only the provider's own webhooks are read"
        );

    public static Problem Wrong(string header) =>
        Problems.WebhookNotVerified(header, "does not fit the body and our secret");

    public static Problem Stale(string header, TimeSpan tolerance) =>
        Problems.WebhookNotVerified(header, $"must be of the last {tolerance.TotalSeconds:0} s");
}
