using System.Globalization;

namespace ConcertReservation.Payments;

/// <summary>How money goes back (https://docs.stripe.com/api/refunds).</summary>
internal sealed partial class StripeGateway
{
    /// <remarks>
    /// Stripe refuses to give back more than is left of what was taken, whatever the key is. So it
    /// refuses the whole where somebody has given a part back in its console, with no code that
    /// tells so: "Refund amount is greater than unrefunded amount on charge".
    /// </remarks>
    public Task<Verdict> RefundAsync(ProviderOrder order, string reason, CancellationToken stop) =>
        InTimeAsync(
            order,
            async token =>
            {
                var made = await IntentOfAsync(order, token);
                if (made.Intent is not { } intent)
                    return Refused(made, order, VerdictKind.Unclear);

                var whole = await GiveBackAsync(
                    order,
                    intent,
                    order.Amount.Won,
                    reason,
                    $"refund-{order.Checks}",
                    token
                );
                return whole.Error is { Type: "invalid_request_error" }
                    ? await GiveRestBackAsync(order, intent, whole, reason, token)
                    : StripeVerdicts.OfRefunds(whole, order);
            },
            stop
        );

    /// <remarks>
    /// The key names the rest, for Stripe takes none for two amounts, and the try, for under a key
    /// it repeats even an internal error. A rest goes back once all the same: twice is too much.
    /// </remarks>
    private async Task<Verdict> GiveRestBackAsync(
        ProviderOrder order,
        StripeThing intent,
        StripeAnswer refusal,
        string reason,
        CancellationToken stop
    )
    {
        var before = await SendAsync(
            HttpMethod.Get,
            $"/v1/refunds?payment_intent={Uri.EscapeDataString(intent.Id!)}&limit=100",
            stop
        );
        var gone = before
            .Refunds.Where(r => r.Status is not ("failed" or "canceled"))
            .Sum(r => r.Amount);
        if (before.Error is not null || gone >= order.Amount.Won)
            return StripeVerdicts.OfRefunds(before, order);
        // Then it is refused for another reason.
        if (gone == 0)
            return StripeVerdicts.OfRefunds(refusal, order);

        var amount = order.Amount.Won - gone;
        var rest = await GiveBackAsync(
            order,
            intent,
            amount,
            reason,
            $"rest-{amount}-{order.Checks}",
            stop
        );
        return StripeVerdicts.OfRefunds(
            rest.Error is null ? new StripeAnswer([.. before.Refunds, .. rest.Refunds]) : rest,
            order
        );
    }

    private Task<StripeAnswer> GiveBackAsync(
        ProviderOrder order,
        StripeThing intent,
        long amount,
        string reason,
        string key,
        CancellationToken stop
    ) =>
        SendAsync(
            HttpMethod.Post,
            "/v1/refunds",
            stop,
            key: $"{order.OrderId}-{key}",
            ("payment_intent", intent.Id!),
            ("amount", amount.ToString(CultureInfo.InvariantCulture)),
            ("reason", "requested_by_customer"),
            ($"metadata[{OrderMetadata}]", order.OrderId),
            ("metadata[reason]", reason)
        );
}
