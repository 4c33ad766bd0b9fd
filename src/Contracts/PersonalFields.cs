using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

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

    /// <summary>
    /// Headers of an event in which nobody is named. Into any other a stranger may write anything.
    /// </summary>
    public static IReadOnlyCollection<string> HarmlessHeaders { get; } =
    [
        "ce_specversion",
        "ce_id",
        "ce_type",
        "ce_source",
        "ce_time",
        "ce_sequence",
        "content-type",
        "traceparent",
    ];

    /// <summary>Whom the event is about; null where it is about no customer, or no JSON.</summary>
    /// <remarks>Reads no further than it has to: what comes behind may be broken.</remarks>
    public static long? PersonOf(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return null;

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isUserId = IsUserId(ref json);
                json.Read();
                if (isUserId && NumberAt(ref json) is { } id)
                    return id;
                json.Skip();
            }
        }
        catch (JsonException)
        {
            // A dead letter may be anything.
        }

        return null;
    }

    /// <summary>Whether a reader of JSON comes to its end.</summary>
    public static bool IsWhole(ReadOnlyMemory<byte> body)
    {
        using var document = Parsed(body);
        return document is not null;
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
        try
        {
            if (document is null || !document.RootElement.EnumerateObject().Any(Names))
                return null;

            return Erased(document.RootElement, (field, json) => field.Value.WriteTo(json));
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which is JSON and no text: as it stands, then.
            return Erased(
                document!.RootElement,
                (field, json) => json.WriteRawValue(field.Value.GetRawText())
            );
        }
    }

    private static byte[] Erased(JsonElement happened, Action<JsonProperty, Utf8JsonWriter> keep)
    {
        using var erased = new MemoryStream();
        using (var json = new Utf8JsonWriter(erased))
        {
            json.WriteStartObject();
            foreach (var field in happened.EnumerateObject())
            {
                if (NameOf(field) is not { } name)
                    continue;

                json.WritePropertyName(name);
                if (Names(field))
                    json.WriteStringValue(Replacements[name]);
                else
                    keep(field, json);
            }

            json.WriteEndObject();
        }

        return erased.ToArray();
    }

    /// <summary>As a number, or as a text of one, which others write.</summary>
    private static long? NumberAt(ref Utf8JsonReader json) =>
        json.TokenType switch
        {
            JsonTokenType.Number => json.TryGetInt64(out var number) ? number : null,
            JsonTokenType.String
                when Utf8Parser.TryParse(json.ValueSpan, out long written, out var digits)
                    && digits == json.ValueSpan.Length => written,
            _ => null,
        };

    private static bool IsUserId(ref Utf8JsonReader json)
    {
        try
        {
            return json.ValueTextEquals(UserId);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair in another name.
            return false;
        }
    }

    /// <summary>Null where it has half a surrogate pair: what that names, nobody knows.</summary>
    private static string? NameOf(JsonProperty field)
    {
        try
        {
            return field.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the field still names somebody, or may.</summary>
    private static bool Names(JsonProperty field) =>
        NameOf(field) is not { } name
        || (
            Replacements.TryGetValue(name, out var replacement)
            && field.Value.ValueKind != JsonValueKind.Null
            && !(
                field.Value.ValueKind == JsonValueKind.String
                && field.Value.ValueEquals(replacement)
            )
        );

    private static JsonDocument? Parsed(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Utf8.IsValid(body.Span) ? JsonDocument.Parse(body) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
