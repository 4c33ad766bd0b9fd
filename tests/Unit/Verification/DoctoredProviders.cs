using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What the provider has, and we do not, and the reverse.</summary>
internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Providers(History h)
    {
        yield return Case(
            6,
            "the provider has money for which there is no payment",
            WithOrder(h, new CardOrder("order-999", 100, "DONE"))
        );
        yield return Case(
            6,
            "the provider took the money of one order twice",
            WithOrder(h, new CardOrder("order-204", 100, "DONE"))
        );
        yield return Case(
            6,
            "the provider took another amount",
            h with
            {
                CardOrders = Change(
                    h.CardOrders!,
                    o => o.OrderId == "order-204",
                    o => o with { Amount = 90 }
                ),
            }
        );
        yield return Case(
            6,
            "the provider took the money of a failed payment, and nobody asks again",
            h with
            {
                CardOrders = Change(
                    h.CardOrders!,
                    o => o.OrderId == "order-203",
                    o => o with { Status = "DONE" }
                ),
            }
        );
        yield return Case(
            6,
            "the provider took the money of a failed payment, and is not asked when it is time",
            h with
            {
                Payments = Change(
                    h.Payments,
                    p => p.OrderId == "order-203",
                    p => p with { NextCheckAt = h.Now.AddMinutes(-30) }
                ),
                CardOrders = Change(
                    h.CardOrders!,
                    o => o.OrderId == "order-203",
                    o => o with { Status = "DONE" }
                ),
            }
        );
        yield return Case(6, "the provider has never heard of a sale", h with { CardOrders = [] });
    }

    public static History WithOrder(History h, CardOrder order) =>
        h with
        {
            CardOrders = [.. h.CardOrders!, order],
        };
}
