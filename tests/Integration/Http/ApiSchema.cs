using System.Globalization;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Compares values with the schemas of a document, as far as it uses JSON Schema; a keyword that is
/// not known here fails, so that none is passed over.
/// </summary>
internal sealed class ApiSchema(JsonElement document)
{
    private const string Reference = "#/components/schemas/";

    /// <returns>What does not fit, each with its place; nothing where all does.</returns>
    public IEnumerable<string> Misfits(JsonElement schema, JsonElement value, string place = "$") =>
        schema.EnumerateObject().SelectMany(k => Misfits(k, schema, value, place));

    private IEnumerable<string> Misfits(
        JsonProperty keyword,
        JsonElement schema,
        JsonElement value,
        string place
    ) =>
        keyword.Name switch
        {
            "$ref" => Misfits(Named(keyword.Value.GetString()!), value, place),
            "oneOf" => keyword.Value.EnumerateArray().Any(s => !Misfits(s, value, place).Any())
                ? []
                : [$"{place} is none of the alternatives: {value}"],
            "type" => IsOf(keyword.Value, value) ? [] : [$"{place} is no {keyword.Value}: {value}"],
            "enum" => keyword.Value.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value))
                ? []
                : [$"{place} is not one of {keyword.Value}: {value}"],
            "format" => HasFormat(keyword.Value.GetString()!, value)
                ? []
                : [$"{place} is no {keyword.Value}: {value}"],
            "required" when value.ValueKind == JsonValueKind.Object => keyword
                .Value.EnumerateArray()
                .Where(name => !value.TryGetProperty(name.GetString()!, out _))
                .Select(name => $"{place}.{name} is missing"),
            "properties" when value.ValueKind == JsonValueKind.Object => keyword
                .Value.EnumerateObject()
                .Where(p => value.TryGetProperty(p.Name, out _))
                .SelectMany(p => Misfits(p.Value, value.GetProperty(p.Name), $"{place}.{p.Name}")),
            "additionalProperties" when value.ValueKind == JsonValueKind.Object => Others(
                    schema,
                    value
                )
                .SelectMany(p =>
                    keyword.Value.ValueKind == JsonValueKind.False
                        ? [$"{place}.{p.Name} is not in the schema"]
                        : Misfits(keyword.Value, p.Value, $"{place}.{p.Name}")
                ),
            "items" when value.ValueKind == JsonValueKind.Array => value
                .EnumerateArray()
                .SelectMany((item, i) => Misfits(keyword.Value, item, $"{place}[{i}]")),
            "minimum" => value.ValueKind != JsonValueKind.Number
            || value.GetInt64() >= Bound(keyword)
                ? []
                : [$"{place} is below {keyword.Value}: {value}"],
            "minLength" => value.GetString()!.Length >= Bound(keyword)
                ? []
                : [$"{place} is shorter than {keyword.Value}: {value}"],
            "maxLength" => value.GetString()!.Length <= Bound(keyword)
                ? []
                : [$"{place} is longer than {keyword.Value}: {value}"],
            "required" or "properties" or "additionalProperties" or "items" => [],
            "description" or "default" or "examples" => [],
            var other => throw new NotSupportedException($"{place}: keyword {other}"),
        };

    private JsonElement Named(string reference) =>
        document
            .GetProperty("components")
            .GetProperty("schemas")
            .GetProperty(reference[Reference.Length..]);

    private static IEnumerable<JsonProperty> Others(JsonElement schema, JsonElement value) =>
        value
            .EnumerateObject()
            .Where(p =>
                !schema.TryGetProperty("properties", out var known)
                || !known.TryGetProperty(p.Name, out _)
            );

    private static long Bound(JsonProperty keyword) =>
        keyword.Value.ValueKind == JsonValueKind.Number
            ? keyword.Value.GetInt64()
            : long.Parse(keyword.Value.GetString()!, CultureInfo.InvariantCulture);

    private static bool IsOf(JsonElement types, JsonElement value) =>
        types.ValueKind == JsonValueKind.Array
            ? types.EnumerateArray().Any(t => IsOf(t, value))
            : types.GetString() switch
            {
                "null" => value.ValueKind == JsonValueKind.Null,
                "string" => value.ValueKind == JsonValueKind.String,
                "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
                "number" => value.ValueKind == JsonValueKind.Number,
                "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                "object" => value.ValueKind == JsonValueKind.Object,
                "array" => value.ValueKind == JsonValueKind.Array,
                var other => throw new NotSupportedException($"type {other}"),
            };

    private static bool HasFormat(string format, JsonElement value) =>
        value.ValueKind == JsonValueKind.Null
        || format switch
        {
            "date-time" => value.TryGetDateTimeOffset(out _),
            "uuid" => value.TryGetGuid(out _),
            "uri" => Uri.TryCreate(value.GetString(), UriKind.Absolute, out _),
            "int32" => value.TryGetInt32(out _),
            "int64" => value.TryGetInt64(out _),
            "double" => value.TryGetDouble(out _),
            _ => throw new NotSupportedException($"format {format}"),
        };
}
