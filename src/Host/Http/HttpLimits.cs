using System.Text;

namespace ConcertReservation.Host.Http;

/// <summary>What one connection and one request may take.</summary>
internal static class HttpLimits
{
    public const int BodyBytes = 64 * 1024;
    private const int HeaderBytes = 16 * 1024;

    /// <summary>
    /// More than any field of a query may have: who reads it says which is too long.
    /// </summary>
    private const int RequestLineBytes = 64 * 1024;
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    public static void AddHttpLimits(this WebApplicationBuilder builder) =>
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Any byte is a character of it: what is wrong with a header, whoever reads it says.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Limits.MaxRequestBodySize = BodyBytes;
            kestrel.Limits.MaxRequestLineSize = RequestLineBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        });
}
