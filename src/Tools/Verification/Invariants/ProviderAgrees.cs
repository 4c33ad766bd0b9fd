namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// What the provider took is what we say that it took, order by order; a part of 6.
/// </summary>
internal static class ProviderAgrees
{
    /// <summary>Whoever is through with all that is due may be so late.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    public static void Check(Inspection inspection, History history)
    {
        var cards = history.Payments.Where(p => p.OrderId is not null).ToList();
        var orders = (history.CardOrders ?? []).ToLookup(o => o.OrderId, StringComparer.Ordinal);
        // Books of another shop's orders, or of before this database, say nothing of ours.
        var areOurs =
            history.CardOrders is not null
            && (history.HasOwnProvider || cards.Exists(p => orders.Contains(p.OrderId!)));
        inspection.Figure(
            "card payments compared with the provider's books",
            areOurs ? cards.Count : 0
        );
        if (areOurs)
        {
            CheckPayments(inspection, history, cards, orders);
            CheckOrders(inspection, history, cards, orders);
        }
        else if (cards.Count > 0)
        {
            inspection.Note(
                $"the provider's books are not at hand: {cards.Count} card payments not compared"
            );
        }
    }

    private static void CheckPayments(
        Inspection inspection,
        History history,
        IReadOnlyList<PaymentRow> cards,
        ILookup<string, CardOrder> orders
    )
    {
        foreach (var payment in cards)
        {
            var kept = orders[payment.OrderId!].Count(o => o.IsKept);
            var returned = orders[payment.OrderId!].Count(o => o.IsReturned);
            // Of what is under way the provider may know more than we.
            var agrees = payment.Status switch
            {
                "COMPLETED" => (kept, returned) == (1, 0),
                "REFUND_REQUESTED" => kept + returned == 1,
                "REFUNDED" => (kept, returned) == (0, 1),
                "UNKNOWN" => kept <= 1,
                "STARTED" when history.DrainedAfter is null => kept <= 1,
                "FAILED" when IsToBeAskedAbout(payment, history) => kept <= 1,
                _ => kept == 0,
            };
            if (agrees && kept == 1 && payment.Status == "FAILED")
            {
                inspection.Note(
                    $"payment {payment.Id} failed, and the provider has its money: it is given "
                        + $"back when the provider is asked again, at {payment.NextCheckAt:u}"
                );
            }

            var amounts = orders[payment.OrderId!]
                .Where(o => o.IsKept || o.IsReturned)
                .Select(o => o.Amount);
            inspection.Require(
                agrees && (!payment.IsTaken || amounts.All(a => a == payment.Amount)),
                () =>
                    (
                        $"payment {payment.Id} of {payment.Amount} won is {payment.Status}, at the "
                        + $"provider {Words(orders[payment.OrderId!])}"
                    ).About(MoneyIsConserved.Subjects(payment))
            );
        }
    }

    private static bool IsToBeAskedAbout(PaymentRow payment, History history) =>
        payment.NextCheckAt is { } at && (history.DrainedAfter is null || at > history.Now - Late);

    /// <summary>A provider that serves nobody else has nobody else's money.</summary>
    private static void CheckOrders(
        Inspection inspection,
        History history,
        IReadOnlyList<PaymentRow> cards,
        ILookup<string, CardOrder> orders
    )
    {
        var known = cards.Select(p => p.OrderId!).ToHashSet(StringComparer.Ordinal);
        var unknown = orders.Where(o => !known.Contains(o.Key)).ToList();
        inspection.Figure("orders of the provider without a payment", unknown.Count);
        if (!history.HasOwnProvider)
            return;

        foreach (var order in unknown)
        {
            inspection.Require(
                !order.Any(o => o.IsKept),
                () =>
                    $"the provider has {Words(order)} of {order.Key}, which is no payment's".About(
                        Subject.Order(order.Key)
                    )
            );
        }
    }

    private static string Words(IEnumerable<CardOrder> order) =>
        string.Join(" and ", order.Select(o => $"{o.Amount} won {o.Status}"))
            is { Length: > 0 } told
            ? told
            : "unknown";
}
