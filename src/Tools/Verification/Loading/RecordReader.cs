using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Confluent.Kafka;

namespace ConcertReservation.Verification.Loading;

/// <summary>
/// Makes an event of a Kafka record as the event contract tells every reader: headers first, the
/// body's own fields where they are absent, and no event where the two differ.
/// </summary>
internal static class RecordReader
{
    private const int MaxTypeLength = 200;

    /// <returns>
    /// The event; else null, its type as far as it could be read, and what is wrong with it.
    /// </returns>
    public static (TopicEvent? Event, string? EventType, string Why) Read(
        string topic,
        Message<byte[]?, byte[]?> message
    )
    {
        string? type = null;
        try
        {
            type = Header(message, "ce_type");
            if (message.Value is not { Length: > 0 } body)
                return (null, type, "no body");
            if (!Utf8.IsValid(body))
                return (null, type, "the body is not UTF-8");

            var version = Header(message, "ce_sequence") is { } sequence
                ? long.Parse(sequence, NumberStyles.None, CultureInfo.InvariantCulture)
                : 0;
            using var document = JsonDocument.Parse(body);
            if (body.AsSpan().IndexOf("\\u"u8) >= 0)
                RequireWholeTexts(document.RootElement);
            type = Agreed(document.RootElement, "eventType", type);
            var id = Id(document.RootElement, Header(message, "ce_id"));
            if (!document.RootElement.GetProperty("occurredAt").TryGetDateTimeOffset(out _))
                return (null, type, "occurredAt is no time");

            var key = message.Key is null ? "" : Encoding.UTF8.GetString(message.Key);
            return (Reading.Event(topic, key, id, type, version, body), type, "");
        }
        catch (Exception e)
            when (e
                    is FormatException
                        or OverflowException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or ArgumentException
            )
        {
            return (null, type, e.Message);
        }
    }

    /// <returns>null where it is absent or empty.</returns>
    private static string? Header(Message<byte[]?, byte[]?> message, string name)
    {
        if (message.Headers is null || !message.Headers.TryGetLastBytes(name, out var bytes))
            return null;
        if (bytes is not { Length: > 0 })
            return null;

        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new FormatException($"the header {name} is not UTF-8");
    }

    /// <summary>Half a surrogate pair can be escaped, and is no text.</summary>
    /// <exception cref="InvalidOperationException">A name or a text in it has one.</exception>
    private static void RequireWholeTexts(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                _ = json.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in json.EnumerateArray())
                    RequireWholeTexts(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    _ = member.Name;
                    RequireWholeTexts(member.Value);
                }

                break;
        }
    }

    private static Guid Id(JsonElement body, string? header)
    {
        var text = Agreed(body, "eventId", header, StringComparison.OrdinalIgnoreCase);
        return Guid.TryParseExact(text, "D", out var id) && id != Guid.Empty
            ? id
            : throw new FormatException("the eventId is no UUID");
    }

    /// <summary>The body repeats what the headers say.</summary>
    private static string Agreed(
        JsonElement body,
        string name,
        string? header,
        StringComparison comparison = StringComparison.Ordinal
    )
    {
        var text =
            body.GetProperty(name).GetString()
            ?? throw new FormatException($"no {name} in the body");
        if (header is not null && !string.Equals(header, text, comparison))
            throw new FormatException($"header and body differ in {name}");
        return text.Length <= MaxTypeLength
            ? text
            : throw new FormatException($"the {name} is too long");
    }
}
