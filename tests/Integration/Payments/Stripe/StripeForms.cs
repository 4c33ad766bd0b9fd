using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// Objects of Stripe in the form of its public API reference (https://docs.stripe.com/api), with
/// the fields that a card payment in won has. Written by hand after it, in the version below.
/// </summary>
internal static class StripeForms
{
    public const string Version = "2025-09-30.clover";

    public static JsonObject Intent(
        string id,
        long amount,
        string paymentMethod,
        IReadOnlyDictionary<string, string> metadata
    )
    {
        var intent = Parse(
            """
            {
              "id": "pi_", "object": "payment_intent", "amount": 0, "amount_capturable": 0,
              "amount_details": { "tip": {} }, "amount_received": 0, "application": null,
              "application_fee_amount": null,
              "automatic_payment_methods": { "allow_redirects": "never", "enabled": true },
              "canceled_at": null, "cancellation_reason": null, "capture_method": "automatic_async",
              "client_secret": "pi_secret_YrKJUKribcBjcG8HVhfZluoGH",
              "confirmation_method": "automatic", "created": 1795172412, "currency": "krw",
              "customer": null, "description": null, "last_payment_error": null,
              "latest_charge": null, "livemode": false, "metadata": {}, "next_action": null,
              "on_behalf_of": null, "payment_method": "pm_",
              "payment_method_options": {
                "card": {
                  "installments": null, "network": null, "request_three_d_secure": "automatic"
                }
              },
              "payment_method_types": ["card"], "processing": null, "receipt_email": null,
              "review": null, "setup_future_usage": null, "shipping": null, "source": null,
              "statement_descriptor": null, "statement_descriptor_suffix": null,
              "status": "requires_confirmation", "transfer_data": null, "transfer_group": null
            }
            """
        );
        (intent["id"], intent["amount"], intent["payment_method"]) = (id, amount, paymentMethod);
        foreach (var (name, value) in metadata)
            intent["metadata"]![name] = value;
        return intent;
    }

    public static JsonObject Charge(JsonObject intent)
    {
        var charge = Parse(
            """
            {
              "id": "ch_", "object": "charge", "amount": 0, "amount_captured": 0,
              "amount_refunded": 0, "balance_transaction": "txn_3MmlLrLkdIwHu7ix0uke3Ezy",
              "captured": true, "created": 1795172413, "currency": "krw", "disputed": false,
              "failure_code": null, "failure_message": null, "livemode": false, "metadata": {},
              "outcome": {
                "network_status": "approved_by_network", "reason": null, "risk_level": "normal",
                "risk_score": 32, "seller_message": "Payment complete.", "type": "authorized"
              },
              "paid": true, "payment_intent": "pi_", "refunded": false, "status": "succeeded"
            }
            """
        );
        charge["id"] = "ch_" + intent["id"]!.GetValue<string>()["pi_".Length..];
        charge["payment_intent"] = intent["id"]!.DeepClone();
        charge["amount"] = intent["amount"]!.DeepClone();
        charge["amount_captured"] = intent["amount"]!.DeepClone();
        charge["metadata"] = intent["metadata"]!.DeepClone();
        return charge;
    }

    public static JsonObject Refund(string id, string intent, long amount, string status)
    {
        var refund = Parse(
            """
            {
              "id": "re_", "object": "refund", "amount": 0,
              "balance_transaction": "txn_1Nispe2eZvKYlo2CYezqFhEx",
              "charge": "ch_1NirD82eZvKYlo2CIvbtLWuY", "created": 1795172500, "currency": "krw",
              "destination_details": {
                "card": {
                  "reference": "123456789012", "reference_status": "available",
                  "reference_type": "acquirer_reference_number", "type": "refund"
                },
                "type": "card"
              },
              "metadata": {}, "payment_intent": "pi_", "reason": "requested_by_customer",
              "receipt_number": null, "source_transfer_reversal": null, "status": "succeeded",
              "transfer_reversal": null
            }
            """
        );
        (refund["id"], refund["payment_intent"]) = (id, intent);
        (refund["amount"], refund["status"]) = (amount, status);
        return refund;
    }

    /// <summary>What a page of a list, or of a search's results, looks like.</summary>
    public static JsonObject List(string kind, string url, IEnumerable<JsonNode> data) =>
        new()
        {
            ["object"] = kind,
            ["data"] = new JsonArray([.. data.Select(d => d.DeepClone())]),
            ["has_more"] = false,
            ["url"] = url,
        };

    /// <param name="code">Not every refusal has one.</param>
    public static JsonObject Error(string type, string? code, string message)
    {
        var error = new JsonObject { ["message"] = message, ["type"] = type };
        if (code is not null)
        {
            error["code"] = code;
            error["doc_url"] = $"https://stripe.com/docs/error-codes/{code}";
        }

        return new() { ["error"] = error };
    }

    public static JsonObject Event(string type, JsonObject about) =>
        new()
        {
            ["id"] = "evt_1NG8Du2eZvKYlo2CUI79vXWy",
            ["object"] = "event",
            ["api_version"] = Version,
            ["created"] = 1795172414,
            ["data"] = new JsonObject { ["object"] = about.DeepClone() },
            ["livemode"] = false,
            ["pending_webhooks"] = 0,
            ["request"] = new JsonObject { ["id"] = null, ["idempotency_key"] = null },
            ["type"] = type,
        };

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
