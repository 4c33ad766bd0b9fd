using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Requests that chance makes of the operations of a document: what they ask for, or their
/// examples, with what nobody wants in a place or two, ids of this and that, and headers of any
/// kind.
/// </summary>
internal sealed class RequestFuzz(int seed)
{
    private const int MaxCut = 20;
    private const string Json = "application/json";

    /// <summary>For operations whose body the document does not tell.</summary>
    private const string Notice = """
        {"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"2026-11-20T20:00:12+09:00",
        "data":{"paymentKey":"pk_any","orderId":"order-1","status":"DONE","totalAmount":50000}}
        """;

    private static readonly string[] Texts =
    [
        "",
        " ",
        "0",
        "-1",
        "1.5",
        "1e9",
        "9223372036854775808",
        "true",
        "null",
        "abc",
        "2026-13-45T99:99:99Z",
        "0001-01-01T00:00:00Z",
        "'; DROP TABLE accounts.customers; --",
        "<script>alert(1)</script>",
        "좌석 🎟️",
        "\u202E\u0007",
        new('x', 3000),
    ];

    private static readonly string[] Values =
    [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e400",
        "9223372036854775807",
        "99999999999999999999999999",
        "\"\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "[]",
        "{}",
        "[[[[[[[[]]]]]]]]",
        """{"$ref":"#"}""",
    ];

    private static readonly string[] MediaTypes =
    [
        "text/plain",
        "application/xml",
        "application/json; charset=utf-16",
        "application/json; charset=nonsense",
        "nonsense",
    ];

    private static readonly string[] OtherHeaders =
    [
        "Accept",
        "If-None-Match",
        "X-Forwarded-For",
        "traceparent",
    ];

    private static readonly string[] Tokens = ["Bearer", "Bearer nonsense", "Basic bWluYTp4", "x"];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private readonly Random _random = new(seed);

    /// <summary>Of things that there are, some of them another's.</summary>
    public IReadOnlyList<long> Ids { get; set; } = [];

    /// <summary>
    /// As JSON, what would be right for a field, a parameter, or an id behind a part of the path.
    /// </summary>
    public IReadOnlyDictionary<string, string> Known { get; set; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <param name="method">As the operation's row has it.</param>
    /// <param name="template">The path, with its parameters in braces.</param>
    /// <returns>Seldom with an Authorization, and then with none that is good.</returns>
    public HttpRequestMessage Next(string method, string template, JsonElement operation)
    {
        var path = template;
        var query = new List<string>();
        var headers = new List<(string Name, string Value)>();
        foreach (var parameter in operation.Parameters())
        {
            var name = parameter.GetProperty("name").GetString()!;
            switch (parameter.GetProperty("in").GetString())
            {
                case "path":
                    var segment = Segment(template, name, parameter);
                    path = path.Replace($"{{{name}}}", segment, StringComparison.Ordinal);
                    break;
                case "query" when Half():
                    query.Add($"{name}={Uri.EscapeDataString(Value(name, parameter))}");
                    break;
                case "header" when name != "Idempotency-Key" && Half():
                    headers.Add((name, Value(name, parameter)));
                    break;
            }
        }

        if (!Rarely())
            headers.Add(("Idempotency-Key", Rarely() ? Text() : Persona.NewKey()));
        if (Rarely())
            headers.Add(("Authorization", Any(Tokens)));
        if (Rarely())
            headers.Add((Any(OtherHeaders), Text()));
        if (Rarely())
            headers.Add(("Accept", Any(["text/html", "image/*", "q"])));

        var address = query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
        var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(address, UriKind.Relative)
        );
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, Printable(value));
        request.Content = Content(method, operation);
        return request;
    }

    private ByteArrayContent? Content(string method, JsonElement operation)
    {
        var (mediaType, text) = (Json, Notice);
        if (operation.TryGetProperty("requestBody", out var body))
        {
            var documented = body.GetProperty("content").EnumerateObject().First();
            var example = documented.Value.GetProperty("example");
            mediaType = documented.Name;
            text =
                example.ValueKind == JsonValueKind.String
                    ? example.GetString()!
                    : example.GetRawText();
        }
        else if (method == "GET" || Half())
        {
            return null;
        }

        if (Half() && Parsed(text) is { } fields)
            text = Scene.FilledIn(fields, Known).ToJsonString();
        for (var changes = _random.Next(3); changes > 0; changes--)
            text = Changed(text);
        var bytes = Encoding.UTF8.GetBytes(text);
        if (Rarely())
            bytes = bytes[.._random.Next(bytes.Length)];
        if (Rarely() && bytes.Length > 0)
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation(
            "Content-Type",
            Rarely() ? Any(MediaTypes) : mediaType
        );
        return content;
    }

    /// <summary>One of its places holds something else, is gone, or is one too many.</summary>
    private string Changed(string text)
    {
        // Half a character can be read, but not written again.
        var isWhole = !text.Contains("\\ud", StringComparison.Ordinal);
        if (!isWhole || Parsed(text) is not { } body || !Call.Below(body).Any())
            return Spoiled(text);

        const string Marker = "something goes here";
        var part = Any([.. Call.Below(body)]);
        switch (_random.Next(5))
        {
            case 0:
                Remove(part);
                break;
            case 1 when part.Parent is JsonObject members:
                members[Text()] = 1;
                break;
            case 1 when part.Parent is JsonArray list:
                list.Add(part.DeepClone());
                break;
            case 2 when Ids.Count > 0:
                part.ReplaceWith(Any(Ids));
                break;
            default:
                part.ReplaceWith(Marker);
                break;
        }

        var value = Rarely() ? JsonSerializer.Serialize(Text()) : Any(Values);
        return body.ToJsonString().Replace($"\"{Marker}\"", value, StringComparison.Ordinal);
    }

    private static void Remove(JsonNode part)
    {
        if (part.Parent is JsonArray list)
            list.RemoveAt(part.GetElementIndex());
        else
            part.Parent!.AsObject().Remove(part.GetPropertyName());
    }

    /// <summary>Some of it gives way to something else.</summary>
    private string Spoiled(string text)
    {
        var at = _random.Next(text.Length + 1);
        var end = Math.Min(text.Length, at + _random.Next(MaxCut));
        return text[..at] + Text() + text[end..];
    }

    private static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Of a path: not empty, no dots, and no byte that ends it.</summary>
    private string Segment(string template, string name, JsonElement parameter)
    {
        var before = template.Split('/').TakeWhile(s => s != $"{{{name}}}").Last();
        var isId = parameter
            .GetProperty("schema")
            .GetRawText()
            .Contains("integer", StringComparison.Ordinal);
        var text = _random.Next(10) switch
        {
            < 4 => Value(before, parameter),
            < 7 when isId && Ids.Count > 0 => $"{Any(Ids)}",
            < 7 => Documented(parameter),
            _ => Text(),
        };
        return text.Length == 0 ? "-" : Uri.EscapeDataString(text);
    }

    private string Value(string name, JsonElement parameter) =>
        Known.TryGetValue(name, out var known) ? known.Trim('"')
        : Half() ? Documented(parameter)
        : Text();

    /// <summary>An example of the parameter, or one of the values that it may have.</summary>
    private string Documented(JsonElement parameter)
    {
        var schema = parameter.GetProperty("schema");
        if (schema.TryGetProperty("enum", out var values))
            return $"{values[_random.Next(values.GetArrayLength())]}";
        if (parameter.TryGetProperty("example", out var example))
            return $"{example}";
        return schema.TryGetProperty("examples", out var examples) ? $"{examples[0]}" : Text();
    }

    private string Text() => _random.Next(3) == 0 ? $"{_random.Next()}" : Any(Texts);

    /// <summary>What a client library sends in a header.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Where(c => char.IsAscii(c) && !char.IsControl(c)));

    private bool Half() => _random.Next(2) == 0;

    private bool Rarely() => _random.Next(8) == 0;

    private T Any<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];
}
