using System.Text.Json;

namespace ConcertReservation.Tests.Integration.Http;

internal enum Who
{
    Anyone,
    SignedIn,
    Customer,
    Organiser,
    Operator,
    OrganiserOrOperator,
}

/// <summary>One row of the API: a method, a path, and who may call it.</summary>
internal sealed record Endpoint(string Method, string Path, Who Who)
{
    /// <summary>The whole API. An endpoint that is missing here, or there, fails a test.</summary>
    public static IReadOnlyList<Endpoint> All { get; } =
    [
        new("POST", "/api/accounts", Who.Anyone),
        new("POST", "/api/accounts/login", Who.Anyone),
        new("POST", "/api/accounts/refresh", Who.Anyone),
        new("POST", "/api/accounts/logout", Who.Anyone),
        new("GET", "/api/accounts/me", Who.SignedIn),
        new("PATCH", "/api/accounts/me", Who.SignedIn),
        new("DELETE", "/api/accounts/me", Who.SignedIn),
        new("GET", "/api/accounts/me/export", Who.SignedIn),
        new("PUT", "/api/accounts/{id}/roles/{role}", Who.Operator),
        new("DELETE", "/api/accounts/{id}/roles/{role}", Who.Operator),
        new("POST", "/api/concerts", Who.Organiser),
        new("GET", "/api/concerts", Who.Anyone),
        new("GET", "/api/concerts/{id}", Who.Anyone),
        new("PUT", "/api/concerts/{id}", Who.OrganiserOrOperator),
        new("DELETE", "/api/concerts/{id}", Who.OrganiserOrOperator),
        new("GET", "/api/concerts/{id}/seats", Who.Anyone),
        new("POST", "/api/concerts/{id}/waitlist", Who.Customer),
        new("DELETE", "/api/concerts/{id}/waitlist", Who.Customer),
        new("POST", "/api/reservations", Who.Customer),
        new("GET", "/api/reservations", Who.SignedIn),
        new("GET", "/api/reservations/{id}", Who.SignedIn),
        new("DELETE", "/api/reservations/{id}", Who.Customer),
        new("GET", "/api/wallet", Who.Customer),
        new("POST", "/api/wallet/charges", Who.Customer),
        new("GET", "/api/wallet/entries", Who.Customer),
        new("POST", "/api/payments", Who.Customer),
        new("POST", "/api/payments/{id}/confirm", Who.Customer),
        new("GET", "/api/payments/{id}", Who.SignedIn),
        new("POST", "/api/payments/webhooks/{provider}", Who.Anyone),
        new("GET", "/api/rankings/bookings", Who.Anyone),
        new("GET", "/api/rankings/sold-out", Who.Anyone),
        new("GET", "/api/analytics/hourly", Who.OrganiserOrOperator),
        new("GET", "/api/analytics/concerts/{id}", Who.OrganiserOrOperator),
        new("GET", "/api/analytics/concerts/{id}/funnel", Who.OrganiserOrOperator),
        new("GET", "/api/analytics/concerts/{id}/sell-through", Who.OrganiserOrOperator),
        new("GET", "/api/analytics/concerts/{id}/refunds", Who.OrganiserOrOperator),
        new("GET", "/api/analytics/concerts/{id}/bookings", Who.OrganiserOrOperator),
        new("GET", "/api/analytics/customers/{id}", Who.SignedIn),
        new("GET", "/api/audit/reservation/{id}", Who.Operator),
        new("GET", "/api/audit/payment/{id}", Who.Operator),
        new("GET", "/api/audit/concert/{id}", Who.Operator),
        new("GET", "/api/audit/customer/{id}", Who.Operator),
        new("POST", "/api/ops/consumers/{group}/reset", Who.Operator),
        new("GET", "/api/ops/consumers/{group}/reset", Who.Operator),
        new("POST", "/api/ops/rankings/rebuild", Who.Operator),
        new("GET", "/api/ops/rankings/rebuild", Who.Operator),
        new("POST", "/api/ops/analytics/rebuild", Who.Operator),
        new("GET", "/api/ops/analytics/rebuild", Who.Operator),
        new("GET", "/api/ops/dead-letters", Who.Operator),
        new("GET", "/api/ops/dead-letters/{id}", Who.Operator),
        new("POST", "/api/ops/dead-letters/replay", Who.Operator),
        new("POST", "/api/ops/dead-letters/discard", Who.Operator),
        new("GET", "/api/ops/mails", Who.Operator),
        new("POST", "/api/ops/mails/{id}/resend", Who.Operator),
        new("POST", "/api/ops/mails/bounces", Who.Operator),
        new("GET", "/api/ops/outbox", Who.Operator),
        new("GET", "/api/ops/consumers", Who.Operator),
        new("GET", "/health/live", Who.Anyone),
        new("GET", "/health/ready", Who.Anyone),
        new("GET", "/metrics", Who.Anyone),
    ];

    /// <summary>Writes that cost something take an Idempotency-Key.</summary>
    public static IReadOnlyList<string> WithIdempotencyKey { get; } =
    [
        "POST /api/reservations",
        "POST /api/wallet/charges",
        "POST /api/payments",
        "POST /api/payments/{id}/confirm",
    ];

    /// <summary>Operations that take JSON.</summary>
    public static IReadOnlyList<string> WithBody { get; } =
    [
        "POST /api/accounts",
        "POST /api/accounts/login",
        "POST /api/accounts/refresh",
        "POST /api/accounts/logout",
        "PATCH /api/accounts/me",
        "DELETE /api/accounts/me",
        "POST /api/concerts",
        "PUT /api/concerts/{id}",
        "POST /api/reservations",
        "POST /api/wallet/charges",
        "POST /api/payments",
        "POST /api/payments/{id}/confirm",
        "POST /api/ops/consumers/{group}/reset",
        "POST /api/ops/dead-letters/replay",
        "POST /api/ops/dead-letters/discard",
    ];

    /// <summary>Operations whose JSON has fields below others.</summary>
    public static IReadOnlyList<string> WithParts { get; } =
    [
        "POST /api/concerts",
        "POST /api/reservations",
        "POST /api/ops/dead-letters/replay",
        "POST /api/ops/dead-letters/discard",
    ];

    /// <summary>Operations with a value in the path or the query.</summary>
    public static IEnumerable<string> WithParameters =>
        All.Select(e => e.ToString())
            .Where(e => e.Contains('{', StringComparison.Ordinal))
            .Concat(WithQuery);

    /// <summary>Of those without a value in the path.</summary>
    private static readonly string[] WithQuery =
    [
        "GET /api/concerts",
        "GET /api/reservations",
        "GET /api/wallet/entries",
        "GET /api/rankings/bookings",
        "GET /api/rankings/sold-out",
        "GET /api/analytics/hourly",
        "GET /api/ops/dead-letters",
        "GET /api/ops/mails",
    ];

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>The document that the shared system serves.</summary>
internal static class ApiDocument
{
    private static readonly Lazy<Task<JsonElement>> Document = new(async () =>
        (await new Api(SharedSystem.System.HostA).Get("/openapi/v1.json")).Json
    );

    public static Task<JsonElement> ReadAsync() => Document.Value;

    public static IEnumerable<(
        string Name,
        string Method,
        string Path,
        JsonElement Operation
    )> Operations(this JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        let method = operation.Name.ToUpperInvariant()
        select ($"{method} {path.Name}", method, path.Name, operation.Value);

    public static IEnumerable<JsonElement> Parameters(this JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray()
            : [];

    public static bool TakesOtherThanJson(this JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body)
        && !body.GetProperty("content").TryGetProperty("application/json", out _);

    /// <summary>The example of the request's JSON, where it has one.</summary>
    public static JsonElement? RequestExample(this JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body)
        && body.GetProperty("content").TryGetProperty("application/json", out var content)
        && content.TryGetProperty("example", out var example)
            ? example
            : null;
}
