using System.Text.Json;

namespace ConcertReservation.Contracts;

/// <summary>
/// The fields of an event that name a person, and the event without them: the same fields with
/// values that name nobody, so that every reader still reads it.
/// </summary>
public static class PersonalFields
{
    /// <summary>In the place of an address; nobody can have it (RFC 2606).</summary>
    public const string ErasedEmail = "erased@erased.invalid";

    /// <summary>In the place of a name.</summary>
    public const string ErasedName = "erased";

    private const string UserId = "userId";

    /// <summary>
    /// By their names on the wire, in events of any type, and what takes their place.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Replacements { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["email"] = ErasedEmail,
            ["previousEmail"] = ErasedEmail,
            ["userEmail"] = ErasedEmail,
            ["name"] = ErasedName,
        };

    /// <summary>Whom the event is about; null where it is about no customer, or no JSON.</summary>
    public static long? PersonOf(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return null;

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isUserId = json.ValueTextEquals(UserId);
                json.Read();
                if (isUserId && json.TokenType == JsonTokenType.Number)
                    return json.TryGetInt64(out var id) ? id : null;
                json.Skip();
            }
        }
        catch (JsonException)
        {
            // A dead letter may be anything.
        }

        return null;
    }

    /// <summary>
    /// The event's JSON without what names its person; null where there is nothing to erase. Of
    /// the same bytes it always makes the same.
    /// </summary>
    public static byte[]? Erase(ReadOnlyMemory<byte> body)
    {
        if (PersonOf(body.Span) is null)
            return null;

        using var document = Parsed(body);
        if (document is null || !document.RootElement.EnumerateObject().Any(Names))
            return null;

        using var erased = new MemoryStream(body.Length);
        using (var json = new Utf8JsonWriter(erased))
        {
            json.WriteStartObject();
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (Names(field))
                    json.WriteString(field.Name, Replacements[field.Name]);
                else
                    field.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return erased.ToArray();
    }

    /// <summary>Whether the field still names somebody.</summary>
    private static bool Names(JsonProperty field) =>
        Replacements.TryGetValue(field.Name, out var replacement)
        && field.Value.ValueKind != JsonValueKind.Null
        && !(field.Value.ValueKind == JsonValueKind.String && field.Value.ValueEquals(replacement));

    private static JsonDocument? Parsed(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
