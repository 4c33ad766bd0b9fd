using System.Security.Cryptography;
using System.Text;
using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.Payments;

/// <summary>What signatures of all providers have in common.</summary>
internal static class WebhookSignatures
{
    public const string ProblemType = "webhook-not-verified";

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
        NotVerified(header, "is required: only the provider's own webhooks are read");

    public static Problem Wrong(string header) =>
        NotVerified(header, "does not fit the body and our secret");

    public static Problem Stale(string header, TimeSpan tolerance) =>
        NotVerified(header, $"must be of the last {tolerance.TotalSeconds:0} s");

    private static Problem NotVerified(string header, string why) =>
        new(ProblemType, "The webhook is not verified", 400, $"{header} {why}.")
        {
            Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { [header] = [why] },
        };
}
