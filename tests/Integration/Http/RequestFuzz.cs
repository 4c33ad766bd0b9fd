using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// Requests that chance makes of the operations of a document: their examples with what nobody
/// wants in a place or two, ids of this and that, and headers of any kind.
/// </summary>
/// <param name="ids">Of things that there are, some of them another's.</param>
internal sealed class RequestFuzz(int seed, IReadOnlyList<long> ids)
{
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

    private readonly Random _random = new(seed);

    /// <param name="method">As the operation's row has it.</param>
    /// <param name="path">With its parameters in braces.</param>
    public HttpRequestMessage Next(string method, string path, JsonElement operation)
    {
        var query = new List<string>();
        foreach (var parameter in operation.Parameters())
        {
            var name = parameter.GetProperty("name").GetString()!;
            switch (parameter.GetProperty("in").GetString())
            {
                case "path":
                    path = path.Replace($"{{{name}}}", Segment(), StringComparison.Ordinal);
                    break;
                case "query" when _random.Next(2) == 0:
                    query.Add($"{name}={Uri.EscapeDataString(Text())}");
                    break;
            }
        }

        var address = query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
        var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(address, UriKind.Relative)
        );
        var key = Rarely() ? Text() : Persona.NewKey();
        request.Headers.TryAddWithoutValidation("Idempotency-Key", Printable(key));
        if (Rarely())
            request.Headers.TryAddWithoutValidation("Accept", Any("text/html", "image/*", "q"));
        if (operation.RequestExample() is { } example)
            request.Content = Body(example);
        return request;
    }

    private ByteArrayContent Body(JsonElement example)
    {
        var text = example.GetRawText();
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
            Rarely() ? Any(MediaTypes) : "application/json"
        );
        return content;
    }

    /// <summary>One of its places holds something else, is gone, or is one too many.</summary>
    private string Changed(string json)
    {
        // Half a character can be read, but not written again.
        var isWhole = !json.Contains("\\ud", StringComparison.Ordinal);
        if (!isWhole || JsonNode.Parse(json) is not JsonObject { Count: > 0 } body)
            return json;

        var field = body.ElementAt(_random.Next(body.Count)).Key;
        const string Marker = "\"something goes here\"";
        switch (_random.Next(4))
        {
            case 0:
                body.Remove(field);
                break;
            case 1:
                body[Text()] = 1;
                break;
            case 2 when ids.Count > 0:
                body[field] = ids[_random.Next(ids.Count)];
                break;
            default:
                body[field] = "something goes here";
                break;
        }

        var value = Rarely() ? JsonSerializer.Serialize(Text()) : Any(Values);
        return body.ToJsonString().Replace(Marker, value, StringComparison.Ordinal);
    }

    /// <summary>Of a path: not empty, no dots, and no byte that ends it.</summary>
    private string Segment()
    {
        if (_random.Next(10) < 6 && ids.Count > 0)
            return $"{ids[_random.Next(ids.Count)]}";

        var text = Text();
        return text.Length == 0 ? "-" : Uri.EscapeDataString(text);
    }

    private string Text() => _random.Next(3) == 0 ? $"{_random.Next()}" : Any(Texts);

    /// <summary>What a client library sends in a header.</summary>
    private static string Printable(string text) =>
        string.Concat(text.Where(c => char.IsAscii(c) && !char.IsControl(c)));

    private bool Rarely() => _random.Next(8) == 0;

    private string Any(params string[] of) => of[_random.Next(of.Length)];
}
