using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcertReservation.Host.Http;

/// <summary>
/// Strict where the defaults are lax: a missing, unknown, doubled or null member is the caller's
/// mistake and is named, never guessed at.
/// </summary>
internal static class JsonSettings
{
    public static void Apply(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.PropertyNameCaseInsensitive = false;
        json.RespectRequiredConstructorParameters = true;
        json.RespectNullableAnnotations = true;
        json.AllowDuplicateProperties = false;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        // Korean stays readable; every answer is application/json with nosniff, never HTML.
        json.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        json.Converters.Add(new RequestTimes.Converter());
        json.Converters.Add(
            new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false)
        );
        json.Converters.Add(new TextJsonConverter());
    }

    /// <summary>Refuses the one character that PostgreSQL's text cannot hold.</summary>
    private sealed class TextJsonConverter : JsonConverter<string>
    {
        public override string? Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        )
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException("must be a text");

            var text = reader.GetString();
            if (text is not null && text.Contains('\0', StringComparison.Ordinal))
                throw new JsonException("must not contain the character U+0000");
            return text;
        }

        public override void Write(
            Utf8JsonWriter writer,
            string value,
            JsonSerializerOptions options
        ) => writer.WriteStringValue(value);

        public override string ReadAsPropertyName(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) => reader.GetString()!;

        public override void WriteAsPropertyName(
            Utf8JsonWriter writer,
            string value,
            JsonSerializerOptions options
        ) => writer.WritePropertyName(value);
    }
}
