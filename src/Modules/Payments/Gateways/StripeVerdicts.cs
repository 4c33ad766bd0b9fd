namespace ConcertReservation.Payments;

/// <summary>What Stripe's answers mean for a payment of ours; pure.</summary>
internal static class StripeVerdicts
{
    /// <summary>Of no decimals: https://docs.stripe.com/currencies#zero-decimal</summary>
    public const string Won = "krw";

    public static Verdict OfIntent(StripeThing intent, ProviderOrder order)
    {
        var isOurs =
            intent.Amount == order.Amount.Won
            && intent.Currency == Won
            && intent.Metadata?.GetValueOrDefault(StripeGateway.OrderMetadata) == order.OrderId;
        if (!isOurs)
        {
            return new Verdict(
                VerdictKind.Unclear,
                $"intent {intent.Id} of {intent.Amount} {intent.Currency} is not the order's"
            );
        }

        return intent.Status switch
        {
            "succeeded" when intent.LatestCharge is { Refunded: true } => new Verdict(
                VerdictKind.Returned,
                "Stripe gave the money back."
            ),
            "succeeded" => new Verdict(VerdictKind.Taken),
            "requires_confirmation" or "requires_action" => new Verdict(VerdictKind.NotTaken),
            // It was made with a payment method: this one has failed.
            "requires_payment_method" => new Verdict(
                VerdictKind.Declined,
                intent.LastPaymentError?.Message ?? "The payment method was declined."
            ),
            "canceled" => new Verdict(
                VerdictKind.Declined,
                intent.LastPaymentError?.Message ?? "The payment was cancelled."
            ),
            _ => new Verdict(VerdictKind.Unclear, $"status {intent.Status}"),
        };
    }

    /// <param name="refused">What a plain refusal means for the question.</param>
    public static Verdict OfError(StripeError error, ProviderOrder order, VerdictKind refused)
    {
        var tellsNothing =
            error.HttpStatus is 401 or 403 or 408 or 409 or 429 or >= 500
            || error.Type is null or "api_error" or "idempotency_error";
        if (tellsNothing || refused == VerdictKind.Unclear)
        {
            return new Verdict(
                VerdictKind.Unclear,
                $"status {error.HttpStatus} {error.Type} {error.Code} {error.Message}".TrimEnd()
            );
        }

        // Refused because it is confirmed already, say: then its own state tells.
        var known = error.PaymentIntent is { } intent ? OfIntent(intent, order) : null;
        return known is { Kind: VerdictKind.Taken or VerdictKind.Returned or VerdictKind.Unclear }
            ? known
            : new Verdict(refused, error.Message ?? error.Code ?? "Refused.");
    }

    public static Verdict OfRefunds(StripeAnswer answer, ProviderOrder order)
    {
        if (answer.Error is { } error)
            return OfError(error, order, refused: VerdictKind.Unclear);

        var returned = answer.Refunds.Where(r => r.Status == "succeeded").Sum(r => r.Amount);
        return returned >= order.Amount.Won
            ? new Verdict(VerdictKind.Returned)
            : new Verdict(
                VerdictKind.Unclear,
                "refunds: " + string.Join(", ", answer.Refunds.Select(r => r.Status))
            );
    }
}
