using System.Text;
using System.Text.Unicode;

namespace ConcertReservation.Messaging;

/// <summary>
/// Kafka headers may repeat, be null and be anything: the last of a name counts, as in Spring.
/// </summary>
internal static class RecordHeaders
{
    public static byte[]? Last(IReadOnlyList<KeyValuePair<string, byte[]?>> headers, string name)
    {
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            if (string.Equals(headers[i].Key, name, StringComparison.Ordinal))
                return headers[i].Value;
        }

        return null;
    }

    /// <returns>null where the header is absent, null or not UTF-8.</returns>
    public static string? Text(IReadOnlyList<KeyValuePair<string, byte[]?>> headers, string name) =>
        Last(headers, name) is { } value && Utf8.IsValid(value)
            ? Encoding.UTF8.GetString(value)
            : null;
}
