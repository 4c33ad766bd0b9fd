using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What goes wrong with seats and money, and leaves few traces.</summary>
internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Tenures(History h)
    {
        yield return Case(
            1,
            "a seat is taken from a payer within the time that the payment added",
            WithEvents(
                h,
                Event(Created(105, Yuna, [9], atSecond: 40, holdSeconds: 10), 1),
                Event(Payment<PaymentStarted>(205, 105, Yuna, 100, "CARD", 45), 1),
                Event(Created(106, Haru, [9], atSecond: 60, holdSeconds: 10), 1),
                Event(Lapsed(105, Yuna, 9, atSecond: 170), 2)
            )
        );
        yield return Case(
            1,
            "a seat that was paid in time goes to another while Kafka is slow",
            WithEvents(
                h,
                Event(Created(105, Yuna, [9], atSecond: 40, holdSeconds: 10), 1),
                Event(Payment<PaymentStarted>(205, 105, Yuna, 100, "POINT", 45), 1),
                Event(Payment<PaymentCompleted>(205, 105, Yuna, 100, "POINT", 45), 2),
                Event(Created(106, Haru, [9], atSecond: 170), 1),
                Event(NotSold(105, Yuna, payment: 205, atSecond: 175), 2)
            )
        );
        yield return Case(
            13,
            "two holds passed the limit together, and lapsed",
            WithEvents(
                h,
                Event(Created(105, Yuna, [5, 6], atSecond: 40, holdSeconds: 10), 1),
                Event(Created(106, Yuna, [7, 8], atSecond: 40, holdSeconds: 10), 1),
                Event(Lapsed(105, Yuna, 5, atSecond: 51), 2),
                Event(Lapsed(106, Yuna, 7, atSecond: 51), 2)
            )
        );
        yield return Case(
            13,
            "a hold beside sales passed the limit, and was given back",
            WithEvents(
                h,
                Event(Created(105, Mina, [5], atSecond: 40), 1),
                Event(Ended(105, Mina, 5, atSecond: 42), 2)
            )
        );
    }

    private static IEnumerable<TestCaseData> Deadlines(History h)
    {
        var held = h with
        {
            Now = Start.AddSeconds(25),
            Reservations = Change(
                h.Reservations,
                r => r.Id == 104,
                r => r with { Status = "HELD" }
            ),
            Seats = Change(
                h.Seats,
                s => s.Id == 4,
                s => s with { State = "held", HeldUntil = Start.AddSeconds(30) }
            ),
            Concerts = Change(h.Concerts, _ => true, c => c with { Status = "SCHEDULED" }),
        };
        SeatsAgreeIn(held);
        yield return Case(
            2,
            "a seat is held longer than its reservation",
            held with
            {
                Seats = Change(
                    held.Seats,
                    s => s.Id == 4,
                    s => s with { HeldUntil = Start.AddSeconds(40) }
                ),
            }
        );
        yield return Case(
            2,
            "a seat has another price than its section",
            h with
            {
                Seats = Change(h.Seats, s => s.Id == 2, s => s with { Price = 90 }),
            }
        );
        yield return Case(
            2,
            "a concert is sold out and says that it is not",
            h with
            {
                Concerts = Change(h.Concerts, _ => true, c => c with { Status = "SCHEDULED" }),
            }
        );
        yield return Case(
            2,
            "a concert says that it is sold out with a seat left",
            held with
            {
                Concerts = h.Concerts,
            }
        );
    }

    private static void SeatsAgreeIn(History held) =>
        ConcertReservation
            .Verification.Invariants.SeatsAgree.Check(held)
            .Violations.ShouldBeEmpty("what is doctored next has to be right so far");

    private static IEnumerable<TestCaseData> Money(History h)
    {
        yield return Case(
            6,
            "a payment is over another amount than its reservation",
            WithPayment(h, 204, p => p with { Amount = 1 })
        );
        yield return Case(
            6,
            "a customer pays for another's reservation",
            WithPayment(h, 204, p => p with { CustomerId = Yuna })
        );
        yield return Case(
            6,
            "another's wallet paid",
            h with
            {
                Wallets = [new WalletRow(Mina, 500), new WalletRow(Jisoo, -200)],
                WalletEntries = Change(
                    h.WalletEntries,
                    e => e.PaymentId == 201,
                    e => e with { CustomerId = Jisoo }
                ),
            }
        );
        yield return Case(
            6,
            "a top-up takes points away",
            h with
            {
                Wallets = Change(
                    h.Wallets,
                    w => w.CustomerId == Mina,
                    w => w with { Balance = 290 }
                ),
                WalletEntries =
                [
                    .. h.WalletEntries,
                    new WalletEntryRow(Mina, "CHARGE", -10, 290, null, Start),
                ],
            }
        );
        yield return Case(
            6,
            "a second payment of one reservation is never refunded",
            h with
            {
                Payments =
                [
                    .. h.Payments,
                    h.Payments[^1] with
                    {
                        Id = 205,
                        Status = "REFUND_REQUESTED",
                        OrderId = null,
                    },
                ],
            }
        );
    }

    private static IEnumerable<TestCaseData> Forfeits(History h)
    {
        yield return Case(
            6,
            "whoever goes gives up a part, and the rest is nobody's",
            h with
            {
                Wallets = Change(
                    h.Wallets,
                    w => w.CustomerId == Mina,
                    w => w with { Balance = 10 }
                ),
                WalletEntries =
                [
                    .. h.WalletEntries,
                    new WalletEntryRow(Mina, "FORFEIT", -290, 10, null, Start),
                ],
            }
        );
    }

    private static IEnumerable<TestCaseData> Books(History h)
    {
        yield return Case(
            6,
            "an entry tells another balance than the entries up to it",
            h with
            {
                WalletEntries = Change(
                    h.WalletEntries,
                    e => e.PaymentId == 201,
                    e => e with { Balance = 200 }
                ),
            }
        );
        yield return Case(
            6,
            "the provider has the money of a payment that failed",
            h with
            {
                CardOrders = Change(h.CardOrders!, _ => true, o => o with { Status = "DONE" }),
            }
        );
        yield return Case(
            6,
            "the provider does not have the money of a sale",
            h with
            {
                CardOrders = Change(h.CardOrders!, _ => true, o => o with { Status = "ABORTED" }),
            }
        );
        yield return Case(
            6,
            "a story in a whole log begins in its middle",
            h with
            {
                Log = [.. h.Log.Where(r => r.Event is not { Key: "reservation-101", Version: 1 })],
            }
        );
    }

    private static History WithPayment(History h, long id, Func<PaymentRow, PaymentRow> change) =>
        h with
        {
            Payments = Change(h.Payments, p => p.Id == id, change),
        };
}
