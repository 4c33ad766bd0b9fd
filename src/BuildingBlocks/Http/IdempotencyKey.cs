using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>
/// The Idempotency-Key header of a request (IETF draft-ietf-httpapi-idempotency-key-header).
/// </summary>
public sealed record IdempotencyKey(string Value)
{
    public const string HeaderName = "Idempotency-Key";
    public const string ReplayedHeaderName = "Idempotency-Replayed";
    public const int MaxLength = 255;

    /// <summary>How long a key keeps its answer; after it, the same key is a new one.</summary>
    public const int KeptHours = 24;

    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(KeptHours);

    /// <summary>
    /// Null where the header is missing, empty, too long, repeated or not visible ASCII.
    /// </summary>
    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext httpContext)
    {
        var header = httpContext.Request.Headers[HeaderName];
        var key = header.Count == 1 ? header[0] : null;
        var valid =
            key is { Length: > 0 and <= MaxLength } && key.All(c => c is > ' ' and < '\x7f');
        return ValueTask.FromResult(valid ? new IdempotencyKey(key!) : null);
    }

    /// <summary>
    /// What makes two requests the same: SHA-256 over the parts that matter, 32 bytes.
    /// </summary>
    public static byte[] Fingerprint(ReadOnlySpan<byte> request) => SHA256.HashData(request);
}
