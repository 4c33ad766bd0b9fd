using System.Text;

namespace ConcertReservation.Host.Http;

/// <summary>What one connection and one request may take.</summary>
internal static class HttpLimits
{
    public const int BodyBytes = 64 * 1024;

    /// <summary>
    /// Each of the request line and all headers: more than anything in them may have, so that
    /// whoever reads it says what is too long. Beyond it the server itself refuses, without a body.
    /// </summary>
    private const int HeadBytes = 64 * 1024;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    public static void AddHttpLimits(this WebApplicationBuilder builder) =>
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Any byte is a character of it: what is wrong with a header, whoever reads it says.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Limits.MaxRequestBodySize = BodyBytes;
            kestrel.Limits.MaxRequestLineSize = HeadBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = HeadBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
        });
}
