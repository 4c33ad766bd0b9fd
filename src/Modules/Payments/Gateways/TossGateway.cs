using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// A provider that speaks as Toss Payments does (https://docs.tosspayments.com/reference): the
/// sandbox. Basic authentication with the secret key, errors as <c>{code, message}</c>.
/// </summary>
/// <remarks>
/// Each try of a command has an Idempotency-Key of its own: under a key the provider repeats its
/// first answer for 15 days, an internal error, too. Money moves once all the same, for it takes
/// a payment once and gives back no more than that, whatever the keys are.
/// </remarks>
internal sealed partial class TossGateway : IPaymentGateway
{
    private const string WrongPayment = "The payment key belongs to another payment.";
    private const string UsedUp = "The payment key is used up.";

    /// <summary>
    /// Longer than any try can be under way: what was not confirmed half an hour after the customer
    /// began it is EXPIRED.
    /// </summary>
    private static readonly TimeSpan OverAfter = TimeSpan.FromHours(1);

    /// <summary>Errors under which the provider says nothing about the payment itself.</summary>
    private static readonly HashSet<string> InconclusiveCodes =
    [
        "ALREADY_PROCESSING_REQUEST",
        "IDEMPOTENT_REQUEST_PROCESSING",
        "INVALID_API_KEY",
        "PROVIDER_ERROR",
        "UNAUTHORIZED_KEY",
    ];

    private static readonly Verdict GivenBack = new(
        VerdictKind.Returned,
        "The provider gave the money back."
    );

    private readonly HttpClient _http;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly ILogger<TossGateway> _logger;

    public TossGateway(
        HttpClient http,
        IOptions<GatewayOptions> options,
        TimeProvider clock,
        ILogger<TossGateway> logger
    )
    {
        var credentials = Encoding.UTF8.GetBytes(options.Value.SecretKey + ":");
        http.BaseAddress = options.Value.BaseAddress;
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(credentials)
        );
        (_http, _timeout, _clock, _logger) = (http, options.Value.Timeout, clock, logger);
    }

    /// <remarks>
    /// A plain refusal of the first try ends the attempt. That of a later one proves nothing, and
    /// neither does it that the key is used up: an earlier try that was never answered may be under
    /// way. Then what became of the payment decides, and where that has not ended, time does, so
    /// that no attempt stays open for ever.
    /// </remarks>
    public async Task<Verdict> ConfirmAsync(ProviderOrder order, CancellationToken stop)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments/confirm")
        {
            Headers = { { "Idempotency-Key", Key(order, "confirm") } },
            Content = JsonContent.Create(
                new
                {
                    paymentKey = order.PaymentKey,
                    orderId = order.OrderId,
                    amount = order.Amount.Won,
                }
            ),
        };
        var verdict = await AskAsync(order, request, TossQuestion.Confirm, stop);
        if (verdict is { Kind: not VerdictKind.Declined })
            return verdict;
        if (verdict is not null && !order.HasUnansweredTry)
            return verdict;

        var found = await FindAsync(order, stop);
        if (found.Kind != VerdictKind.NotTaken)
            return found;

        var why = verdict?.Detail ?? UsedUp;
        return _clock.GetUtcNow() - order.StartedAt > OverAfter
            ? new Verdict(VerdictKind.Declined, why)
            : Unclear(order, $"refused, and not ended: {why}");
    }

    /// <remarks>
    /// By the key, under which alone we ask for money: a payment keeps its order and amount. By our
    /// order the provider tells of one of several, for the customer may have begun another one
    /// meanwhile. It need not know one that was not approved, so that it knows none proves nothing.
    /// </remarks>
    public async Task<Verdict> FindAsync(ProviderOrder order, CancellationToken stop)
    {
        var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/v1/payments/{Uri.EscapeDataString(order.PaymentKey)}"
        );
        return await AskAsync(order, request, TossQuestion.Find, stop)
            ?? new Verdict(VerdictKind.Declined, WrongPayment);
    }

    /// <returns>
    /// Null where the payment is of another order or amount than ours, or was processed before.
    /// </returns>
    private async Task<Verdict?> AskAsync(
        ProviderOrder order,
        HttpRequestMessage request,
        TossQuestion question,
        CancellationToken stop
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(_timeout);
        try
        {
            using (request)
            using (var response = await _http.SendAsync(request, limit.Token))
                return await ReadAsync(order, response, question, limit.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Unclear(order, $"no answer within {_timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            return Unclear(order, e.Message);
        }
    }

    private async Task<Verdict?> ReadAsync(
        ProviderOrder order,
        HttpResponseMessage response,
        TossQuestion question,
        CancellationToken stop
    )
    {
        if (response.IsSuccessStatusCode)
        {
            var payment = await response.Content.ReadFromJsonAsync<TossPayment>(stop);
            return payment is null
                ? Unclear(order, "an empty answer")
                : await AssessAsync(order, payment, question, stop);
        }

        if ((int)response.StatusCode is 408 or 429 or >= 500)
            return Unclear(order, Status(response));

        var error = await response.Content.ReadFromJsonAsync<TossError>(stop);
        if (question == TossQuestion.Find && response.StatusCode == HttpStatusCode.NotFound)
        {
            return error is { Code: not null }
                ? new Verdict(VerdictKind.NotTaken, error.Message)
                : Unclear(order, Status(response));
        }

        return error?.Code switch
        {
            null => Unclear(order, Status(response)),
            // By an earlier try of ours, or not by us: the payment tells.
            "ALREADY_PROCESSED_PAYMENT" => null,
            "ALREADY_CANCELED_PAYMENT" => new Verdict(VerdictKind.Returned, error.Message),
            var code when question != TossQuestion.Confirm || InconclusiveCodes.Contains(code) =>
                Unclear(order, $"{code} {error.Message}"),
            _ => new Verdict(VerdictKind.Declined, error.Message),
        };
    }

    private async Task<Verdict?> AssessAsync(
        ProviderOrder order,
        TossPayment payment,
        TossQuestion question,
        CancellationToken stop
    )
    {
        if (payment.PaymentKey != order.PaymentKey)
            return Unclear(order, "an answer about another payment key");

        var isOurs = payment.OrderId == order.OrderId && payment.TotalAmount == order.Amount.Won;
        if (!isOurs)
        {
            LogForeign(order.OrderId, order.Amount.Won, payment.OrderId, payment.TotalAmount);
            return null;
        }

        return payment.Status switch
        {
            "DONE" => new Verdict(VerdictKind.Taken),
            "CANCELED" => GivenBack,
            "PARTIAL_CANCELED" when payment.BalanceAmount == 0 => GivenBack,
            "READY" or "IN_PROGRESS" => new Verdict(
                VerdictKind.NotTaken,
                "The provider waits to be asked."
            ),
            "ABORTED" or "EXPIRED" => new Verdict(
                VerdictKind.Declined,
                payment.Failure?.Message ?? payment.Status
            ),
            "PARTIAL_CANCELED" when question != TossQuestion.Refund => await CloseAsync(
                order,
                new Verdict(VerdictKind.Returned, "The provider gave a part of the money back."),
                payment.BalanceAmount,
                stop
            ),
            "WAITING_FOR_DEPOSIT" when question != TossQuestion.Refund => await CloseAsync(
                order,
                new Verdict(VerdictKind.Declined, "Only cards pay here, not a transfer."),
                amount: null,
                stop
            ),
            _ => Unclear(order, $"status {payment.Status}"),
        };
    }

    private Verdict Unclear(ProviderOrder order, string detail)
    {
        LogUnclear(order.OrderId, detail);
        return new Verdict(VerdictKind.Unclear, detail);
    }

    private static string Key(ProviderOrder order, string command) =>
        string.Create(CultureInfo.InvariantCulture, $"{order.OrderId}-{command}-{order.Checks}");

    private static string Status(HttpResponseMessage response) =>
        string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode}");

    [LoggerMessage(
        LogLevel.Warning,
        "The payment provider left order {OrderId} open: {Detail}; it is asked again"
    )]
    private partial void LogUnclear(string orderId, string detail);

    [LoggerMessage(
        LogLevel.Warning,
        "The payment provider answers order {OrderId} of {Amount} won "
            + "with order {OtherId} of {Other} won"
    )]
    private partial void LogForeign(string orderId, long amount, string? otherId, long other);
}
