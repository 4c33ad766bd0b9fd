using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// PaymentIntents of Stripe (https://docs.stripe.com/api/payment_intents). The payment key is the
/// PaymentMethod that the customer's browser made with Stripe.js. An intent is made for the order
/// and then confirmed: what became of it can be asked of the intent, whoever has died meanwhile.
/// </summary>
internal sealed partial class StripeGateway : IPaymentGateway
{
    /// <summary>
    /// The form of what Stripe says; without it the account's default version decides.
    /// </summary>
    public const string Version = "2025-09-30.clover";

    /// <summary>Where the intent carries our order id.</summary>
    public const string OrderMetadata = "order_id";

    private const string Intents = "/v1/payment_intents";

    /// <summary>
    /// Stripe forgets an Idempotency-Key after 24 hours at the earliest. Until then the order's key
    /// names its intent; from then on the search does, which lags by minutes at most.
    /// </summary>
    private static readonly TimeSpan KeyIsKept = TimeSpan.FromHours(23);

    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly ILogger<StripeGateway> _logger;

    public StripeGateway(
        HttpClient http,
        IOptions<GatewayOptions> options,
        TimeProvider clock,
        ILogger<StripeGateway> logger
    )
    {
        http.BaseAddress = options.Value.BaseAddress;
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            options.Value.SecretKey
        );
        http.DefaultRequestHeaders.Add("Stripe-Version", Version);
        (_http, _timeout, _clock, _logger) = (http, options.Value.Timeout, clock, logger);
    }

    /// <remarks>
    /// An intent takes money at most once, whatever the key of its confirmation is. Each attempt
    /// has its own: under a key Stripe repeats even an internal error, for a day.
    /// </remarks>
    public Task<Verdict> ConfirmAsync(ProviderOrder order, CancellationToken stop) =>
        InTimeAsync(
            order,
            async token =>
            {
                var made = await IntentOfAsync(order, token);
                if (made.Intent is not { } intent)
                    return Refused(made, order, VerdictKind.Declined);

                var confirmed = await SendAsync(
                    HttpMethod.Post,
                    $"{Intents}/{intent.Id}/confirm",
                    token,
                    key: $"{order.OrderId}-confirm-{order.Checks}",
                    ("payment_method", order.PaymentKey),
                    ("error_on_requires_action", "true"),
                    ("expand[]", "latest_charge")
                );
                var verdict = Judge(confirmed, order, refused: VerdictKind.Declined);
                return await FinalAsync(verdict, confirmed, intent.Id!, order, token);
            },
            stop
        );

    public Task<Verdict> FindAsync(ProviderOrder order, CancellationToken stop) =>
        InTimeAsync(
            order,
            async token =>
            {
                var made = await IntentOfAsync(order, token);
                if (made.Intent is not { } intent)
                    return Refused(made, order, VerdictKind.NotTaken);

                // What a key repeats is the intent as it was made; what it is now is asked.
                var now = await SendAsync(
                    HttpMethod.Get,
                    $"{Intents}/{intent.Id}?expand[]=latest_charge",
                    token
                );
                var verdict = Judge(now, order, refused: VerdictKind.Unclear);
                return await FinalAsync(verdict, now, intent.Id!, order, token);
            },
            stop
        );

    /// <summary>The order's intent: made now, or once before.</summary>
    private async Task<StripeAnswer> IntentOfAsync(ProviderOrder order, CancellationToken stop)
    {
        if (_clock.GetUtcNow() - order.StartedAt > KeyIsKept)
        {
            var query = $"metadata[\"{OrderMetadata}\"]:\"{order.OrderId}\"";
            var found = await SendAsync(
                HttpMethod.Get,
                $"{Intents}/search?query={Uri.EscapeDataString(query)}",
                stop
            );
            if (found.Intent is not null)
                return found;
            // That a search is refused tells nothing of the order.
            if (found.Error is { } error)
                return found with { Error = error with { Type = "api_error" } };
        }

        return await SendAsync(
            HttpMethod.Post,
            Intents,
            stop,
            key: order.OrderId,
            ("amount", Won(order)),
            ("currency", StripeVerdicts.Won),
            ("payment_method", order.PaymentKey),
            ("automatic_payment_methods[enabled]", "true"),
            ("automatic_payment_methods[allow_redirects]", "never"),
            ($"metadata[{OrderMetadata}]", order.OrderId)
        );
    }

    /// <summary>
    /// A card that was declined may still pay for its intent: a confirmation that was late on its
    /// way, or a host that stood still, would take money for a payment that has failed. So a
    /// decline counts once the intent is cancelled.
    /// </summary>
    private async Task<Verdict> FinalAsync(
        Verdict verdict,
        StripeAnswer answer,
        string intentId,
        ProviderOrder order,
        CancellationToken stop
    )
    {
        if (verdict.Kind != VerdictKind.Declined || IntentIn(answer) is { Status: "canceled" })
            return verdict;

        var closed = await SendAsync(
            HttpMethod.Post,
            $"{Intents}/{intentId}/cancel",
            stop,
            key: $"{order.OrderId}-cancel-{order.Checks}"
        );
        var now = IntentIn(closed);
        if (now is { Status: "canceled" })
            return verdict;

        // Refused, as the money was taken meanwhile, say: then its own state tells.
        var known = now is null ? null : StripeVerdicts.OfIntent(now, order);
        return known is { Kind: VerdictKind.Taken or VerdictKind.Returned }
            ? known
            : new Verdict(VerdictKind.Unclear, $"intent {intentId} is declined, not cancelled");
    }

    private static StripeThing? IntentIn(StripeAnswer answer) =>
        answer.Intent ?? answer.Error?.PaymentIntent;

    private async Task<StripeAnswer> SendAsync(
        HttpMethod method,
        string path,
        CancellationToken stop,
        string? key = null,
        params (string Name, string Value)[] form
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (method == HttpMethod.Post)
        {
            request.Content = new FormUrlEncodedContent(
                form.Select(f => KeyValuePair.Create(f.Name, f.Value))
            );
        }

        using var response = await _http.SendAsync(request, stop);
        if (response.IsSuccessStatusCode)
        {
            var thing =
                await response.Content.ReadFromJsonAsync<StripeThing>(StripeAnswer.Json, stop)
                ?? throw new JsonException("an empty answer");
            return new StripeAnswer(thing.Data ?? [thing]);
        }

        var status = (int)response.StatusCode;
        // With trouble of its own Stripe may send something else than JSON.
        var body =
            status >= 500
                ? null
                : await response.Content.ReadFromJsonAsync<StripeErrorBody>(
                    StripeAnswer.Json,
                    stop
                );
        var error = body?.Error ?? new StripeError();
        return new StripeAnswer([], error with { HttpStatus = status });
    }

    private static Verdict Judge(StripeAnswer answer, ProviderOrder order, VerdictKind refused) =>
        answer.Intent is { } intent
            ? StripeVerdicts.OfIntent(intent, order)
            : Refused(answer, order, refused);

    private static Verdict Refused(StripeAnswer answer, ProviderOrder order, VerdictKind refused) =>
        StripeVerdicts.OfError(answer.Error ?? new StripeError(), order, refused);

    /// <summary>All questions of one command together have the time of one answer.</summary>
    private async Task<Verdict> InTimeAsync(
        ProviderOrder order,
        Func<CancellationToken, Task<Verdict>> ask,
        CancellationToken stop
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_timeout);
        Verdict verdict;
        try
        {
            verdict = await ask(limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            verdict = new(VerdictKind.Unclear, $"no answer within {_timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            verdict = new(VerdictKind.Unclear, e.Message);
        }

        if (verdict.Kind == VerdictKind.Unclear)
            LogUnclear(order.OrderId, verdict.Detail);
        return verdict;
    }

    private static string Won(ProviderOrder order) =>
        order.Amount.Won.ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(
        LogLevel.Warning,
        "Stripe left order {OrderId} open: {Detail}; it is asked again"
    )]
    private partial void LogUnclear(string orderId, string detail);
}
