using System.Net;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration;

/// <summary>What the API answered.</summary>
internal sealed record Answer(
    HttpStatusCode Status,
    string Body,
    string? MediaType,
    IDictionary<string, string> Headers
)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public JsonElement Json => field.ValueKind == JsonValueKind.Undefined ? field = Parse() : field;

    /// <summary>A member of the body, such as <c>reservationId</c>.</summary>
    public JsonElement this[string member] => Json.GetProperty(member);

    /// <summary>
    /// The last part of a problem's type, such as <c>seat-taken</c>; null where it is none.
    /// </summary>
    public string? Problem =>
        MediaType == "application/problem+json"
            ? Json.GetProperty("type").GetString()!["/problems/".Length..]
            : null;

    /// <summary>The fields that a problem names.</summary>
    public IReadOnlyList<string> Fields =>
        Json.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateObject().Select(e => e.Name)]
            : [];

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var headers = response
            .Headers.Concat(response.Content.Headers)
            .ToDictionary(
                h => h.Key,
                h => string.Join(", ", h.Value),
                StringComparer.OrdinalIgnoreCase
            );
        return new Answer(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Content.Headers.ContentType?.MediaType,
            headers
        );
    }

    /// <summary>Fails, showing the body, where the status is another one.</summary>
    public Answer ShouldBe(HttpStatusCode status)
    {
        Status.ShouldBe(status, Body);
        return this;
    }

    /// <summary>
    /// Fails, showing the body, where it is no such problem, or not about exactly these fields.
    /// </summary>
    public Answer ShouldBe(HttpStatusCode status, string problem, params string[] fields)
    {
        ShouldBe(status);
        Problem.ShouldBe(problem, Body);
        Json.GetProperty("status").GetInt32().ShouldBe((int)status);
        Json.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        Json.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        Json.GetProperty("instance").GetString().ShouldStartWith("/");
        Json.GetProperty("traceId").GetString().ShouldNotBeNullOrEmpty();
        Fields.ShouldBe(fields, ignoreOrder: true, Body);
        return this;
    }

    private JsonElement Parse()
    {
        using var document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }
}
