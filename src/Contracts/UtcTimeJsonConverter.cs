using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>
/// UTC with microseconds, always ending in <c>Z</c>: Jackson reads a <c>LocalDateTime</c> from that
/// but not from an offset such as <c>+00:00</c>. PostgreSQL keeps microseconds too, so a time
/// survives both.
/// </summary>
public sealed class UtcTimeJsonConverter : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public override DateTimeOffset Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        if (TryRead(ref reader, out var time))
            return time;

        throw new JsonException("A time is ISO 8601, such as 2026-11-20T11:00:00.123456Z.");
    }

    /// <summary>
    /// Text without <c>Z</c> or offset is UTC, not of this machine's zone: it is what Jackson
    /// writes of a <c>LocalDateTime</c> that it has read from one of our times.
    /// </summary>
    public static bool TryRead(ref Utf8JsonReader reader, out DateTimeOffset time)
    {
        time = default;
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetDateTime(out var written))
            return false;

        if (written.Kind == DateTimeKind.Unspecified)
            time = new DateTimeOffset(written, TimeSpan.Zero);
        else if (reader.TryGetDateTimeOffset(out var exact))
            time = exact.ToUniversalTime();
        else
            return false;
        return true;
    }

    public override void Write(
        Utf8JsonWriter writer,
        DateTimeOffset value,
        JsonSerializerOptions options
    )
    {
        Span<byte> text = stackalloc byte[32];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
