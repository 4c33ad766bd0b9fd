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

/// <summary>Whose it is what a request names, in its path, its query or its body.</summary>
internal enum Names
{
    /// <summary>It names nothing, and is about what is its caller's, or everybody's.</summary>
    Nothing,

    /// <summary>What everybody may know of.</summary>
    Public,

    /// <summary>Anybody's, for those whose role is enough.</summary>
    Anybodys,

    /// <summary>A concert, for its organiser and for operators.</summary>
    Concert,

    /// <summary>A reservation, for its customer alone.</summary>
    Reservation,

    /// <summary>A payment, for its customer alone.</summary>
    Payment,

    /// <summary>A customer; of those customers only oneself.</summary>
    Customer,
}

/// <summary>One row of the API: a method, a path, who may call it, and on what.</summary>
internal sealed record Endpoint(string Method, string Path, Who Who, Names Names)
{
    /// <summary>The whole API. An endpoint that is missing here, or there, fails a test.</summary>
    public static IReadOnlyList<Endpoint> All { get; } =
    [
        new("POST", "/api/accounts", Who.Anyone, Names.Nothing),
        new("POST", "/api/accounts/login", Who.Anyone, Names.Nothing),
        new("POST", "/api/accounts/refresh", Who.Anyone, Names.Nothing),
        new("POST", "/api/accounts/logout", Who.Anyone, Names.Nothing),
        new("GET", "/api/accounts/me", Who.SignedIn, Names.Nothing),
        new("PATCH", "/api/accounts/me", Who.SignedIn, Names.Nothing),
        new("DELETE", "/api/accounts/me", Who.SignedIn, Names.Nothing),
        new("GET", "/api/accounts/me/export", Who.SignedIn, Names.Nothing),
        new("PUT", "/api/accounts/{id}/roles/{role}", Who.Operator, Names.Anybodys),
        new("DELETE", "/api/accounts/{id}/roles/{role}", Who.Operator, Names.Anybodys),
        new("POST", "/api/concerts", Who.Organiser, Names.Nothing),
        new("GET", "/api/concerts", Who.Anyone, Names.Nothing),
        new("GET", "/api/concerts/{id}", Who.Anyone, Names.Public),
        new("PUT", "/api/concerts/{id}", Who.OrganiserOrOperator, Names.Concert),
        new("DELETE", "/api/concerts/{id}", Who.OrganiserOrOperator, Names.Concert),
        new("GET", "/api/concerts/{id}/seats", Who.Anyone, Names.Public),
        new("POST", "/api/concerts/{id}/waitlist", Who.Customer, Names.Public),
        new("DELETE", "/api/concerts/{id}/waitlist", Who.Customer, Names.Public),
        new("POST", "/api/reservations", Who.Customer, Names.Public),
        new("GET", "/api/reservations", Who.SignedIn, Names.Nothing),
        new("GET", "/api/reservations/{id}", Who.SignedIn, Names.Reservation),
        new("DELETE", "/api/reservations/{id}", Who.Customer, Names.Reservation),
        new("GET", "/api/wallet", Who.Customer, Names.Nothing),
        new("POST", "/api/wallet/charges", Who.Customer, Names.Nothing),
        new("GET", "/api/wallet/entries", Who.Customer, Names.Nothing),
        new("POST", "/api/payments", Who.Customer, Names.Reservation),
        new("POST", "/api/payments/{id}/confirm", Who.Customer, Names.Payment),
        new("GET", "/api/payments/{id}", Who.SignedIn, Names.Payment),
        new("POST", "/api/payments/webhooks/{provider}", Who.Anyone, Names.Public),
        new("GET", "/api/rankings/bookings", Who.Anyone, Names.Nothing),
        new("GET", "/api/rankings/sold-out", Who.Anyone, Names.Nothing),
        new("GET", "/api/analytics/hourly", Who.OrganiserOrOperator, Names.Nothing),
        new("GET", "/api/analytics/concerts/{id}", Who.OrganiserOrOperator, Names.Anybodys),
        new("GET", "/api/analytics/concerts/{id}/funnel", Who.OrganiserOrOperator, Names.Anybodys),
        new(
            "GET",
            "/api/analytics/concerts/{id}/sell-through",
            Who.OrganiserOrOperator,
            Names.Anybodys
        ),
        new("GET", "/api/analytics/concerts/{id}/refunds", Who.OrganiserOrOperator, Names.Anybodys),
        new(
            "GET",
            "/api/analytics/concerts/{id}/bookings",
            Who.OrganiserOrOperator,
            Names.Anybodys
        ),
        new("GET", "/api/analytics/customers/{id}", Who.SignedIn, Names.Customer),
        new("GET", "/api/audit/reservation/{id}", Who.Operator, Names.Anybodys),
        new("GET", "/api/audit/payment/{id}", Who.Operator, Names.Anybodys),
        new("GET", "/api/audit/concert/{id}", Who.Operator, Names.Anybodys),
        new("GET", "/api/audit/customer/{id}", Who.Operator, Names.Anybodys),
        new("POST", "/api/ops/consumers/{group}/reset", Who.Operator, Names.Anybodys),
        new("GET", "/api/ops/consumers/{group}/reset", Who.Operator, Names.Anybodys),
        new("POST", "/api/ops/rankings/rebuild", Who.Operator, Names.Nothing),
        new("GET", "/api/ops/rankings/rebuild", Who.Operator, Names.Nothing),
        new("POST", "/api/ops/analytics/rebuild", Who.Operator, Names.Nothing),
        new("GET", "/api/ops/analytics/rebuild", Who.Operator, Names.Nothing),
        new("GET", "/api/ops/dead-letters", Who.Operator, Names.Nothing),
        new("GET", "/api/ops/dead-letters/{id}", Who.Operator, Names.Anybodys),
        new("POST", "/api/ops/dead-letters/replay", Who.Operator, Names.Anybodys),
        new("POST", "/api/ops/dead-letters/discard", Who.Operator, Names.Anybodys),
        new("GET", "/api/ops/mails", Who.Operator, Names.Anybodys),
        new("POST", "/api/ops/mails/{id}/resend", Who.Operator, Names.Anybodys),
        new("POST", "/api/ops/mails/bounces", Who.Operator, Names.Anybodys),
        new("GET", "/api/ops/outbox", Who.Operator, Names.Nothing),
        new("GET", "/api/ops/consumers", Who.Operator, Names.Nothing),
        new("GET", "/health/live", Who.Anyone, Names.Nothing),
        new("GET", "/health/ready", Who.Anyone, Names.Nothing),
        new("GET", "/metrics", Who.Anyone, Names.Nothing),
    ];

    /// <summary>Those that name what is one person's, for nobody else to see or change.</summary>
    public static IEnumerable<Endpoint> OfOwners =>
        All.Where(e => e.Names is not (Names.Nothing or Names.Public or Names.Anybodys));

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

    /// <param name="ids">By the part of the path that is before them.</param>
    public string PathTo(IReadOnlyDictionary<string, string> ids)
    {
        var parts = Path.Split('/');
        for (var i = 1; i < parts.Length; i++)
        {
            if (parts[i] == "{id}")
                parts[i] = ids[parts[i - 1]];
        }

        return string.Join('/', parts);
    }

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
