using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What customers hear that is not so.</summary>
internal static partial class DoctoredHistories
{
    private static IEnumerable<TestCaseData> Refusals(History h)
    {
        yield return Case(
            3,
            "points were refused and taken",
            WithAnswer(h, e => e.Key == "p", 402, """{"type":"/problems/insufficient-balance"}""")
        );
        yield return Case(
            3,
            "a confirmation was refused each time and the card charged",
            WithAnswer(h, e => e.Key == "c2", 409, """{"type":"/problems/illegal-state"}""")
        );
        yield return Case(
            3,
            "a card was declined and charged",
            h with
            {
                Journal = [.. h.Journal!, Confirmed("c3", 204, 402, "{}")],
            }
        );
        yield return Case(
            3,
            "a cancellation was refused and done",
            WithAnswer(h, e => e.Operation == "cancel", 409, "{}")
        );
        yield return Case(
            3,
            "a payment that was answered is another reservation's",
            WithPayment(h, 204, p => p with { ReservationId = 102 })
        );
    }

    private static IEnumerable<TestCaseData> Keys(History h)
    {
        yield return Case(
            4,
            "a key made a second reservation, which no record has",
            h with
            {
                Reservations = [.. h.Reservations, h.Reservations[2] with { Id = 105 }],
            }
        );
        yield return Case(
            4,
            "a key made a second payment, which no record has",
            h with
            {
                Payments = [.. h.Payments, h.Payments[2] with { Id = 205 }],
            }
        );
        yield return Case(
            4,
            "a key topped up twice",
            h with
            {
                WalletEntries = [.. h.WalletEntries, h.WalletEntries[0]],
            }
        );
        yield return Case(
            4,
            "two keys answer with one payment",
            h with
            {
                PaymentKeys =
                [
                    .. h.PaymentKeys,
                    h.PaymentKeys.Single(k => k.Key == "p2") with
                    {
                        Key = "p3",
                    },
                ],
            }
        );
        yield return Case(
            4,
            "a key answers a confirmation that came to nothing",
            WithPayment(h, 204, p => p with { Status = "FAILED" })
        );
        yield return Case(
            4,
            "a confirmation is over and its key still waits",
            h with
            {
                PaymentKeys = Change(
                    h.PaymentKeys,
                    k => k.Key == "c2",
                    k => k with { Status = null, Body = null }
                ),
            }
        );
    }

    private static IEnumerable<TestCaseData> Repeats(History h)
    {
        yield return Case(
            4,
            "a confirmation is answered 200 and then declined",
            h with
            {
                Journal = [.. h.Journal!, Confirmed("c2", 204, 402, "{}")],
            }
        );
        yield return Case(
            4,
            "a repeat would hear another answer than the first request",
            h with
            {
                HoldKeys = Change(
                    h.HoldKeys,
                    k => k.Key == "h",
                    k => k with { Response = """{"reservationId":104}""" }
                ),
            }
        );
        yield return Case(
            4,
            "two keys were answered with one payment",
            h with
            {
                Journal =
                [
                    .. h.Journal!,
                    h.Journal!.Single(e => e.Key == "p2") with
                    {
                        Key = "p3",
                    },
                ],
            }
        );
    }

    private static History WithAnswer(
        History h,
        Func<JournalEntry, bool> which,
        int status,
        string body
    ) =>
        h with
        {
            Journal = Change(h.Journal!, which, e => e with { Status = status, Body = body }),
        };
}
