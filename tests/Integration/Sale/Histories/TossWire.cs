using System.Net;
using System.Text.Json.Nodes;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Integration.Sale.Histories;

/// <summary>As Toss Payments speaks: https://docs.tosspayments.com/reference</summary>
internal sealed class TossWire(ScriptedProvider provider) : ScriptedWire(provider)
{
    /// <summary>By the payment key.</summary>
    private readonly Dictionary<string, ProviderOrder> _orders = new(StringComparer.Ordinal);

    protected override IPaymentGateway Gateway(
        HttpClient http,
        IOptions<GatewayOptions> options,
        TimeProvider clock
    ) => new TossGateway(http, options, clock, NullLogger<TossGateway>.Instance);

    protected override Task<Reply?> AnswerAsync(HttpRequestMessage request, string body)
    {
        var parts = request.RequestUri!.AbsolutePath.Split('/');
        return parts[^1] switch
        {
            "confirm" => ConfirmAsync(JsonNode.Parse(body)!),
            "cancel" => CancelAsync(parts[^2]),
            var key => ShowAsync(key),
        };
    }

    private async Task<Reply?> ConfirmAsync(JsonNode asked)
    {
        var order = Order(
            (string)asked["paymentKey"]!,
            (string)asked["orderId"]!,
            (long)asked["amount"]!
        );
        _orders[order.PaymentKey] = order;
        var hadEnded = Provider.Books.ContainsKey(order.OrderId);
        var verdict = await Provider.ConfirmAsync(order, CancellationToken.None);
        if (verdict.Kind == VerdictKind.Unclear)
            return null;
        if (hadEnded)
            return Error(400, "ALREADY_PROCESSED_PAYMENT");
        if (verdict.Kind == VerdictKind.Taken)
            return Payment(order, "DONE");

        return Provider.Books.ContainsKey(order.OrderId)
            ? Error(403, "REJECT_CARD_PAYMENT")
            : Error(403, "FORBIDDEN_CONSECUTIVE_REQUEST");
    }

    private async Task<Reply?> ShowAsync(string key)
    {
        var order = _orders.GetValueOrDefault(key);
        var verdict = await Provider.FindAsync(
            order ?? Order(key, "", amount: 0),
            CancellationToken.None
        );
        if (verdict.Kind == VerdictKind.Unclear)
            return null;

        return order is null
            ? Error(404, "NOT_FOUND_PAYMENT")
            : Payment(order, StatusOf(verdict.Kind));
    }

    private async Task<Reply?> CancelAsync(string key)
    {
        if (_orders.GetValueOrDefault(key) is not { } order)
            return Error(404, "NOT_FOUND_PAYMENT");

        var hadGoneBack =
            Provider.Books.GetValueOrDefault(order.OrderId).Status == ScriptedProvider.Returned;
        var verdict = await Provider.RefundAsync(order, "", CancellationToken.None);
        return verdict.Kind switch
        {
            VerdictKind.Unclear => null,
            VerdictKind.Returned when hadGoneBack => Error(400, "ALREADY_CANCELED_PAYMENT"),
            VerdictKind.Returned => Payment(order, "CANCELED"),
            _ => Error(403, "NOT_CANCELABLE_PAYMENT"),
        };
    }

    private static string StatusOf(VerdictKind kind) =>
        kind switch
        {
            VerdictKind.Taken => "DONE",
            VerdictKind.Declined => "ABORTED",
            VerdictKind.Returned => "CANCELED",
            _ => "IN_PROGRESS",
        };

    private static ProviderOrder Order(string paymentKey, string orderId, long amount) =>
        new(orderId, paymentKey, new Money(amount), StartedAt: default, Checks: 0);

    private static Reply Payment(ProviderOrder order, string status) =>
        new(
            HttpStatusCode.OK,
            new JsonObject
            {
                ["paymentKey"] = order.PaymentKey,
                ["orderId"] = order.OrderId,
                ["status"] = status,
                ["totalAmount"] = order.Amount.Won,
                ["balanceAmount"] = status == "CANCELED" ? 0 : order.Amount.Won,
                ["failure"] =
                    status == "ABORTED"
                        ? new JsonObject
                        {
                            ["code"] = "REJECT_CARD_PAYMENT",
                            ["message"] = "Declined.",
                        }
                        : null,
            }
        );

    private static Reply Error(int status, string code) =>
        new((HttpStatusCode)status, new JsonObject { ["code"] = code, ["message"] = "No." });
}
