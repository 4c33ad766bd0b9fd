using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Intents and refunds of <see cref="StripeDouble"/>, and what may become of them.
/// </summary>
internal sealed class StripeBooks
{
    /// <summary>Stripe's own names of payment methods for tests.</summary>
    public const string GoodCard = "pm_card_visa";

    public const string DeclinedCard = "pm_card_chargeDeclined";
    public const string AuthenticatedCard = "pm_card_authenticationRequired";

    /// <summary>Of an account that is filled after the first attempt.</summary>
    public const string LateCard = "pm_card_fundsLater";

    public const string UnknownCard = "pm_card_unknown";

    private readonly Dictionary<string, JsonObject> _intents = [];
    private readonly List<JsonObject> _refunds = [];

    /// <summary>Of the next refunds; they succeed later.</summary>
    public bool RefundsArePending { get; set; }

    /// <summary>A search finds what is not too new.</summary>
    public bool SearchLags { get; set; }

    public IReadOnlyList<JsonObject> Intents => [.. _intents.Values];

    /// <summary>Won that were taken and not given back.</summary>
    public long Balance =>
        _intents.Values.Where(i => StatusOf(i) == "succeeded").Sum(AmountOf)
        - _refunds.Where(IsLive).Sum(AmountOf);

    public static string StatusOf(JsonObject thing) => thing["status"]!.GetValue<string>();

    public void SettleRefunds()
    {
        foreach (var refund in _refunds.Where(r => StatusOf(r) == "pending"))
            refund["status"] = "succeeded";
    }

    public (int, JsonObject) Create(IReadOnlyDictionary<string, string> form)
    {
        if (form["currency"] != "krw")
            return Refused(400, "invalid_request_error", "currency", "Not in won.");
        if (form["payment_method"] == UnknownCard)
        {
            return Refused(
                400,
                "invalid_request_error",
                "resource_missing",
                $"No such PaymentMethod: '{UnknownCard}'"
            );
        }

        var id = $"pi_3MtwBwLkdIwHu7ix{_intents.Count:00000000}";
        var intent = StripeForms.Intent(
            id,
            long.Parse(form["amount"], CultureInfo.InvariantCulture),
            form["payment_method"],
            new Dictionary<string, string> { ["order_id"] = form["metadata[order_id]"] }
        );
        _intents.Add(id, intent);
        return (200, intent);
    }

    public (int, JsonObject) Confirm(string id)
    {
        var intent = _intents[id];
        if (StatusOf(intent) is not ("requires_confirmation" or "requires_payment_method"))
            return Misplaced("confirm", intent);

        var declined = intent["payment_method"]!.GetValue<string>() switch
        {
            DeclinedCard => ("card_declined", "Your card was declined."),
            LateCard when StatusOf(intent) == "requires_confirmation" => (
                "card_declined",
                "Your card has insufficient funds."
            ),
            AuthenticatedCard => ("authentication_required", "The card requires authentication."),
            _ => default((string Code, string Message)?),
        };
        if (declined is { } why)
        {
            var error = Refused(402, "card_error", why.Code, why.Message);
            intent["status"] = "requires_payment_method";
            intent["last_payment_error"] = error.Item2["error"]!.DeepClone();
            return WithIntent(intent, error);
        }

        (intent["status"], intent["amount_received"]) = ("succeeded", AmountOf(intent));
        intent["latest_charge"] = StripeForms.Charge(intent);
        return (200, intent);
    }

    public (int, JsonObject) Cancel(string id)
    {
        var intent = _intents[id];
        if (StatusOf(intent) is "succeeded" or "canceled")
            return Misplaced("cancel", intent);

        intent["status"] = "canceled";
        return (200, intent);
    }

    public (int, JsonObject) Show(string id) =>
        _intents.TryGetValue(id.Split('?')[0], out var intent)
            ? (200, intent)
            : Refused(404, "invalid_request_error", "resource_missing", "No such PaymentIntent.");

    public (int, JsonObject) Search(string query)
    {
        var order = query.Split('"')[^2];
        var found = _intents.Values.Where(i =>
            !SearchLags && i["metadata"]!["order_id"]!.GetValue<string>() == order
        );
        return (
            200,
            StripeForms.List("search_result", "/v1/payment_intents/search", found.Select(Short))
        );
    }

    /// <summary>Asked for by a program, or by somebody in Stripe's console.</summary>
    public (int, JsonObject) Refund(string intentId, long amount)
    {
        var intent = _intents[intentId];
        var returned = RefundsOf(intentId).Where(IsLive).Sum(AmountOf);
        if (StatusOf(intent) != "succeeded")
        {
            return Refused(
                400,
                "invalid_request_error",
                "payment_intent_unexpected_state",
                "This PaymentIntent has no successful charge to refund."
            );
        }

        if (returned == AmountOf(intent))
        {
            return Refused(
                400,
                "invalid_request_error",
                "charge_already_refunded",
                "Charge has already been refunded."
            );
        }

        var left = AmountOf(intent) - returned;
        if (amount > left)
        {
            return Refused(
                400,
                "invalid_request_error",
                code: null,
                $"Refund amount (₩{amount}) is greater than unrefunded amount on charge (₩{left})"
            );
        }

        var refund = StripeForms.Refund(
            $"re_1Nispe2eZvKYlo2C{_refunds.Count:00000000}",
            intentId,
            amount,
            RefundsArePending ? "pending" : "succeeded"
        );
        _refunds.Add(refund);
        intent["latest_charge"]!["amount_refunded"] = returned + amount;
        intent["latest_charge"]!["refunded"] = amount == left;
        return (200, refund);
    }

    public (int, JsonObject) Refunds(string query) =>
        (
            200,
            StripeForms.List("list", "/v1/refunds", RefundsOf(query.Split('=')[1].Split('&')[0]))
        );

    private IEnumerable<JsonObject> RefundsOf(string intentId) =>
        _refunds.Where(r => r["payment_intent"]!.GetValue<string>() == intentId);

    private static long AmountOf(JsonObject thing) => thing["amount"]!.GetValue<long>();

    /// <summary>It went back, or is on its way.</summary>
    private static bool IsLive(JsonObject refund) =>
        StatusOf(refund) is not ("failed" or "canceled");

    /// <summary>As it is shown to who does not ask for the whole charge.</summary>
    private static JsonObject Short(JsonObject intent)
    {
        var shown = intent.DeepClone().AsObject();
        if (shown["latest_charge"] is JsonObject charge)
            shown["latest_charge"] = charge["id"]!.DeepClone();
        return shown;
    }

    private static (int, JsonObject) Misplaced(string what, JsonObject intent) =>
        WithIntent(
            intent,
            Refused(
                400,
                "invalid_request_error",
                "payment_intent_unexpected_state",
                $"You cannot {what} this PaymentIntent because it is {StatusOf(intent)}."
            )
        );

    private static (int, JsonObject) WithIntent(JsonObject intent, (int, JsonObject Body) refused)
    {
        refused.Body["error"]!["payment_intent"] = Short(intent);
        return refused;
    }

    private static (int, JsonObject) Refused(int status, string type, string? code, string why) =>
        (status, StripeForms.Error(type, code, why));
}
