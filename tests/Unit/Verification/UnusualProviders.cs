using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.DoctoredHistories;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What a provider's books may say of a correct system.</summary>
internal static class UnusualProviders
{
    public static IEnumerable<TestCaseData> All(History h)
    {
        yield return UnusualHistories.Case(
            [6],
            "the provider has the money of another shop, too",
            WithOrder(h, new CardOrder("order-999", 100, "DONE")) with
            {
                HasOwnProvider = false,
            }
        );
        yield return UnusualHistories.Case(
            [6],
            "a customer began to pay and never came back, or got everything back",
            WithOrder(
                WithOrder(h, new CardOrder("order-998", 100, "IN_PROGRESS")),
                new CardOrder("order-999", 100, "CANCELED")
            )
        );
        yield return UnusualHistories.Case(
            [6],
            "somebody gave back a part of a payment by hand",
            h with
            {
                CardOrders =
                [
                    .. h.CardOrders!.Select(o =>
                        o.Status == "DONE" ? o with { Status = "PARTIAL_CANCELED" } : o
                    ),
                ],
            }
        );
        yield return UnusualHistories.Case(
            [6],
            "the provider took the money of a failed payment, and is to be asked again",
            h with
            {
                Payments =
                [
                    .. h.Payments.Select(p =>
                        p.OrderId == "order-203" ? p with { NextCheckAt = h.Now.AddMinutes(5) } : p
                    ),
                ],
                CardOrders =
                [
                    .. h.CardOrders!.Select(o =>
                        o.OrderId == "order-203" ? o with { Status = "DONE" } : o
                    ),
                ],
            }
        );
        yield return UnusualHistories.Case(
            [6],
            "the provider has the money of which a host has yet to hear",
            h with
            {
                DrainedAfter = null,
                Payments =
                [
                    .. h.Payments.Select(p => p.Id == 203 ? p with { Status = "STARTED" } : p),
                ],
                CardOrders = [.. h.CardOrders!.Select(o => o with { Status = "DONE" })],
            }
        );
    }
}
