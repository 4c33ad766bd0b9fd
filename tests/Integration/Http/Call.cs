using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>One operation, called with its example but for what the test changes.</summary>
internal sealed record Call(Api Api, HttpMethod Method, string Template, JsonElement Operation)
{
    private const string Nothing = "987654321";

    public JsonObject? Example { get; } =
        Operation.RequestExample() is { } example
            ? JsonNode.Parse(example.GetRawText())!.AsObject()
            : null;

    public bool BodyIsRequired =>
        Operation.GetProperty("requestBody").TryGetProperty("required", out var required)
        && required.GetBoolean();

    /// <summary>
    /// What lies deeper than the fields of the example, by its place, such as
    /// <c>sections[0].price</c>.
    /// </summary>
    public IEnumerable<(string Place, JsonNode Part)> Parts =>
        Example is null
            ? []
            : Example
                .SelectMany(member => Below(member.Value))
                .Select(part => (part.GetPath()["$.".Length..], part));

    /// <param name="row">A method and a path, as the document has them.</param>
    public static Call Of(JsonElement document, string row, Api api)
    {
        var found = document.Operations().Where(o => o.Name == row).ToList();
        found.Count.ShouldBe(1, $"{row} is not in the document.");
        var (_, method, path, operation) = found[0];
        return new Call(api, new HttpMethod(method), path, operation);
    }

    /// <summary>Whether a problem names the field itself, or a place in it.</summary>
    public static bool IsOf(string named, string field) =>
        named == field
        || named.StartsWith(field + ".", StringComparison.Ordinal)
        || named.StartsWith(field + "[", StringComparison.Ordinal);

    public Task<Answer> Send(
        string? body,
        string? key = null,
        bool withKey = true,
        string mediaType = "application/json"
    ) =>
        Api.Send(
            Method,
            Path(name: null, value: null),
            body,
            withKey ? Persona.NewKey() : key,
            mediaType
        );

    /// <summary>Sends these bytes as JSON.</summary>
    public async Task<Answer> SendBytes(byte[] body, string? encoding = null)
    {
        var path = new Uri(Path(name: null, value: null), UriKind.Relative);
        using var request = new HttpRequestMessage(Method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Api.AccessToken);
        request.Headers.Add("Idempotency-Key", Persona.NewKey());
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        using var response = await Api.Host.Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    public Task<Answer> With(string field, JsonNode? value) =>
        Send(Changed(body => body[field] = value));

    public Task<Answer> WithRaw(string field, string json)
    {
        const string Marker = "\"a number goes here\"";
        var body = Changed(body => body[field] = "a number goes here");
        return Send(body.Replace(Marker, json, StringComparison.Ordinal));
    }

    public Task<Answer> Without(string field) => Send(Changed(body => body.Remove(field)));

    /// <param name="place">One of <see cref="Parts"/>, or a new member of one.</param>
    public Task<Answer> WithPart(string place, JsonNode? value) =>
        Send(
            Changed(body =>
            {
                var known = body.SelectMany(member => Below(member.Value)).ToList();
                var part = known.Find(n => n.GetPath() == "$." + place);
                var dot = place.LastIndexOf('.');
                if (part?.Parent is JsonArray list)
                    list[part.GetElementIndex()] = value;
                else
                    known.Single(n => n.GetPath() == "$." + place[..dot])[place[(dot + 1)..]] =
                        value;
            })
        );

    public Task<Answer> SendTo(string place, string name, string value)
    {
        var path =
            place == "path" ? Path(name, value) : $"{Path(name: null, value: null)}?{name}={value}";
        return Api.Send(Method, path, Example?.ToJsonString(), Persona.NewKey());
    }

    private string Changed(Action<JsonObject> change)
    {
        var body = Example!.DeepClone().AsObject();
        // Nobody signs up twice: what was accepted before must not be what is refused now.
        if (body.ContainsKey("email"))
            body["email"] = $"{Guid.NewGuid():N}@test.example";
        change(body);
        return body.ToJsonString();
    }

    /// <summary>All that is in it, however deep, but for null.</summary>
    public static IEnumerable<JsonNode> Below(JsonNode? node) =>
        (
            node switch
            {
                JsonArray list => list.OfType<JsonNode>(),
                JsonObject members => members.Select(m => m.Value).OfType<JsonNode>(),
                _ => [],
            }
        ).SelectMany(child => Below(child).Prepend(child));

    private string Path(string? name, string? value)
    {
        var path = Template;
        if (name is not null)
            path = path.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return path.Replace("{id}", Nothing, StringComparison.Ordinal)
            .Replace("{role}", "Organiser", StringComparison.Ordinal);
    }
}
