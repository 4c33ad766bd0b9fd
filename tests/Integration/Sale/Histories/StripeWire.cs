using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;
using ConcertReservation.Tests.Integration.Payments;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>As Stripe speaks: https://docs.stripe.com/api/payment_intents</summary>
internal sealed class StripeWire(ScriptedProvider provider) : ScriptedWire(provider)
{
    private const string IntentPrefix = "pi_";

    private readonly Dictionary<string, ProviderOrder> _orders = new(StringComparer.Ordinal);

    /// <summary>Orders whose card was declined, and may be tried again.</summary>
    private readonly HashSet<string> _declined = new(StringComparer.Ordinal);

    protected override IPaymentGateway Gateway(
        HttpClient http,
        IOptions<GatewayOptions> options,
        TimeProvider clock
    ) => new StripeGateway(http, options, clock, NullLogger<StripeGateway>.Instance);

    protected override Task<Reply?> AnswerAsync(HttpRequestMessage request, string body)
    {
        var isPost = request.Method == HttpMethod.Post;
        var form = QueryHelpers
            .ParseQuery(body)
            .ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal);
        return request.RequestUri!.AbsolutePath.Split('/')[2..] switch
        {
            ["payment_intents"] => Task.FromResult(Create(form)),
            ["payment_intents", var id, "confirm"] => ConfirmAsync(Named(id)),
            ["payment_intents", var id, "cancel"] => Task.FromResult<Reply?>(Cancel(Named(id))),
            ["payment_intents", var id] => ShowAsync(Named(id)),
            ["refunds"] when isPost => RefundAsync(Named(form["payment_intent"])),
            ["refunds"] => Task.FromResult<Reply?>(Refunds(request.RequestUri.Query)),
            var path => throw new NotSupportedException(string.Join('/', path)),
        };
    }

    /// <summary>Nothing is taken yet; of two seats' orders it may be lost all the same.</summary>
    private Reply? Create(Dictionary<string, string> form)
    {
        var amount = long.Parse(form["amount"], CultureInfo.InvariantCulture);
        var loss = amount > SaleHistory.Price ? Provider.TakeLoss() : null;
        if (loss == Manner.Deaf)
            return null;

        var orderId = form[$"metadata[{StripeGateway.OrderMetadata}]"];
        _orders.TryAdd(
            orderId,
            new ProviderOrder(
                orderId,
                form["payment_method"],
                new Money(amount),
                StartedAt: default,
                Checks: 0
            )
        );
        return loss == Manner.Silent ? null : Ok(Intent(_orders[orderId]));
    }

    private async Task<Reply?> ConfirmAsync(ProviderOrder order)
    {
        if (HasEnded(order))
            return Misplaced(order);

        var verdict = await Provider.ConfirmAsync(order, CancellationToken.None);
        if (verdict.Kind == VerdictKind.Unclear)
            return null;
        if (verdict.Kind == VerdictKind.Taken)
            return Ok(Intent(order));
        if (verdict.Kind == VerdictKind.Returned)
            return Misplaced(order);

        _declined.Add(order.OrderId);
        return Refused(402, "card_error", "card_declined", order);
    }

    private Reply Cancel(ProviderOrder order)
    {
        if (HasEnded(order))
            return Misplaced(order);

        Provider.Close(order);
        return Ok(Intent(order));
    }

    private async Task<Reply?> ShowAsync(ProviderOrder order)
    {
        var verdict = await Provider.FindAsync(order, CancellationToken.None);
        return verdict.Kind == VerdictKind.Unclear ? null : Ok(Intent(order));
    }

    private async Task<Reply?> RefundAsync(ProviderOrder order)
    {
        var hadGoneBack = StatusOf(order) == ScriptedProvider.Returned;
        var verdict = await Provider.RefundAsync(order, "", CancellationToken.None);
        return verdict.Kind switch
        {
            VerdictKind.Unclear => null,
            VerdictKind.Returned when !hadGoneBack => Ok(Refund(order)),
            VerdictKind.Returned => Refused(
                400,
                "invalid_request_error",
                "charge_already_refunded",
                intentOf: null
            ),
            _ => Misplaced(order),
        };
    }

    private Reply Refunds(string query)
    {
        var order = Named(QueryHelpers.ParseQuery(query)["payment_intent"].ToString());
        var refunds =
            StatusOf(order) == ScriptedProvider.Returned
                ? [Refund(order)]
                : Array.Empty<JsonNode>();
        return Ok(StripeForms.List("list", "/v1/refunds", refunds));
    }

    private ProviderOrder Named(string intentId) => _orders[intentId[IntentPrefix.Length..]];

    private string? StatusOf(ProviderOrder order) =>
        Provider.Books.GetValueOrDefault(order.OrderId).Status;

    /// <summary>For the intent: a card that was declined may be followed by another.</summary>
    private bool HasEnded(ProviderOrder order) =>
        StatusOf(order) is ScriptedProvider.Taken or ScriptedProvider.Returned
        || Provider.IsClosed(order);

    private JsonObject Intent(ProviderOrder order)
    {
        var intent = StripeForms.Intent(
            IntentPrefix + order.OrderId,
            order.Amount.Won,
            order.PaymentKey,
            new Dictionary<string, string> { [StripeGateway.OrderMetadata] = order.OrderId }
        );
        var status = StatusOf(order);
        if (status is ScriptedProvider.Taken or ScriptedProvider.Returned)
        {
            intent["status"] = "succeeded";
            intent["latest_charge"] = StripeForms.Charge(intent);
            intent["latest_charge"]!["refunded"] = status == ScriptedProvider.Returned;
        }
        else if (Provider.IsClosed(order))
        {
            intent["status"] = "canceled";
        }
        else if (_declined.Contains(order.OrderId))
        {
            intent["status"] = "requires_payment_method";
        }

        return intent;
    }

    private static JsonObject Refund(ProviderOrder order) =>
        StripeForms.Refund(
            "re_" + order.OrderId,
            IntentPrefix + order.OrderId,
            order.Amount.Won,
            "succeeded"
        );

    private Reply Misplaced(ProviderOrder order) =>
        Refused(400, "invalid_request_error", "payment_intent_unexpected_state", order);

    private Reply Refused(int status, string type, string code, ProviderOrder? intentOf)
    {
        var body = StripeForms.Error(type, code, "No.");
        if (intentOf is not null)
            body["error"]!["payment_intent"] = Intent(intentOf);
        return new Reply((HttpStatusCode)status, body);
    }

    private static Reply Ok(JsonNode body) => new(HttpStatusCode.OK, body);
}
