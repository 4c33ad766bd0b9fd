using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using ConcertReservation.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>What Stripe was sent.</summary>
internal sealed record StripeRequest(
    string Method,
    string Path,
    string? IdempotencyKey,
    IReadOnlyDictionary<string, string> Form
);

/// <summary>
/// Stripe over HTTP, as far as its public API reference tells: form-encoded requests whose
/// parameters it knows, Idempotency-Keys that repeat the first answer, intents and refunds with
/// their states. What it does not know it refuses, as Stripe does.
/// </summary>
internal sealed class StripeDouble : IAsyncDisposable
{
    public const string SecretKey = "sk_test_51concerts";

    private static readonly Dictionary<string, string[]> Parameters = new()
    {
        ["/v1/payment_intents"] =
        [
            "amount",
            "currency",
            "payment_method",
            "automatic_payment_methods[enabled]",
            "automatic_payment_methods[allow_redirects]",
            "metadata[order_id]",
        ],
        ["confirm"] = ["payment_method", "error_on_requires_action", "expand[]"],
        ["cancel"] = [],
        ["/v1/refunds"] =
        [
            "payment_intent",
            "amount",
            "reason",
            "metadata[order_id]",
            "metadata[reason]",
        ],
    };

    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Asked, int Status, string Text)> _byKey = [];
    private readonly StripeBooks _books = new();

    private StripeDouble(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.Single());

    public ConcurrentQueue<StripeRequest> Requests { get; } = [];

    public StripeBooks Books => _books;

    /// <summary>An answer in place of the real one; the work is done before it, or never.</summary>
    public Func<StripeRequest, (int Status, bool AfterTheWork)?>? Fault { get; set; }

    public static async Task<StripeDouble> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var stripe = new StripeDouble(app);
        app.Run(stripe.AnswerAsync);
        await app.StartAsync();
        return stripe;
    }

    /// <summary>The adapter, set up to ask here.</summary>
    public StripeGateway GatewayOver(HttpClient http, TimeProvider clock) =>
        new(
            http,
            Options.Create(
                new GatewayOptions
                {
                    Provider = PaymentProvider.Stripe,
                    BaseAddress = Url,
                    SecretKey = SecretKey,
                    TimeoutSeconds = 5,
                }
            ),
            clock,
            NullLogger<StripeGateway>.Instance
        );

    /// <summary>Stripe forgets keys after a day.</summary>
    public void ForgetKeys()
    {
        lock (_lock)
            _byKey.Clear();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var request = await ReadAsync(http.Request);
        Requests.Enqueue(request);
        var (status, body) = Answer(http.Request, request);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body);
    }

    private (int Status, string Body) Answer(HttpRequest http, StripeRequest request)
    {
        if (http.Headers.Authorization != $"Bearer {SecretKey}")
            return Text(Refused(401, "invalid_request_error", null, "Invalid API Key provided."));
        // Stripe would answer in the form of the account's default version.
        if (http.Headers["Stripe-Version"] != StripeForms.Version)
            return Text(Refused(400, "invalid_request_error", null, "Another Stripe-Version."));
        if (Misfit(http, request) is { } misfit)
            return Text(Refused(400, "invalid_request_error", "parameter_unknown", misfit));
        if (Fault?.Invoke(request) is { } fault)
        {
            var text = (fault.Status, StripeForms.Error("api_error", null, "Oops.").ToJsonString());
            lock (_lock)
            {
                if (fault.AfterTheWork)
                    Work(request);
                // It had begun: from now on the key repeats this.
                if (request.IdempotencyKey is { } failed)
                    _byKey[failed] = (Asked(request), text.Status, text.Item2);
            }

            return text;
        }

        lock (_lock)
        {
            if (request.IdempotencyKey is not { } key)
                return Text(Work(request));
            if (_byKey.TryGetValue(key, out var known))
            {
                return known.Asked == Asked(request)
                    ? (known.Status, known.Text)
                    : Text(Refused(400, "idempotency_error", null, "Keys are for one request."));
            }

            var (status, text) = Text(Work(request));
            _byKey[key] = (Asked(request), status, text);
            return (status, text);
        }
    }

    private (int Status, JsonObject Body) Work(StripeRequest request)
    {
        var parts = request.Path.Split('?', 2);
        var query = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        return (request.Method, parts[0].Split('/')[2..]) switch
        {
            ("POST", ["payment_intents"]) => _books.Create(request.Form),
            ("POST", ["payment_intents", var id, "confirm"]) => _books.Confirm(id),
            ("POST", ["payment_intents", var id, "cancel"]) => _books.Cancel(id),
            ("GET", ["payment_intents", "search"]) => _books.Search(query),
            ("GET", ["payment_intents", var id]) => _books.Show(id),
            ("POST", ["refunds"]) => _books.Refund(
                request.Form["payment_intent"],
                long.Parse(request.Form["amount"], CultureInfo.InvariantCulture)
            ),
            ("GET", ["refunds"]) => _books.Refunds(query),
            _ => Refused(404, "invalid_request_error", null, "Unrecognized request URL."),
        };
    }

    /// <summary>Null where Stripe would read it.</summary>
    private static string? Misfit(HttpRequest http, StripeRequest request)
    {
        if (request.Method == "GET")
            return null;
        if (http.ContentType != "application/x-www-form-urlencoded")
            return $"Not form-encoded: {http.ContentType}";
        if (request.IdempotencyKey is null or { Length: > 255 })
            return "No Idempotency-Key.";

        string[] parts = request.Path.Split('/');
        var kind = parts[^1] is "confirm" or "cancel" ? parts[^1] : request.Path;
        var unknown = request.Form.Keys.Except(Parameters[kind]).ToList();
        return unknown.Count == 0 ? null : $"Received unknown parameter: {unknown[0]}";
    }

    private static async Task<StripeRequest> ReadAsync(HttpRequest request)
    {
        var form = new Dictionary<string, string>();
        if (request.HasFormContentType)
        {
            foreach (var (name, values) in await request.ReadFormAsync())
                form.Add(name, values.Single()!);
        }

        return new StripeRequest(
            request.Method,
            request.Path + request.QueryString,
            request.Headers["Idempotency-Key"].SingleOrDefault(),
            form
        );
    }

    private static string Asked(StripeRequest request) =>
        request.Path + string.Join('&', request.Form.OrderBy(f => f.Key, StringComparer.Ordinal));

    private static (int Status, JsonObject Body) Refused(
        int status,
        string type,
        string? code,
        string message
    ) => (status, StripeForms.Error(type, code, message));

    private static (int Status, string Body) Text((int Status, JsonObject Body) answer) =>
        (answer.Status, answer.Body.ToJsonString());
}
