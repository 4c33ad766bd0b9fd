using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.DoctoredHistories;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What a correct host may answer, though it looks as if it should not.</summary>
internal static class UnusualAnswers
{
    private const string KeyInUse = """{"type":"/problems/idempotency-key-in-use"}""";
    private const string KeyReused = """{"type":"/problems/idempotency-key-reused"}""";

    public static IEnumerable<TestCaseData> All(History h) =>
        [.. Repeats(h), .. Unheard(h), .. Charges(h)];

    private static IEnumerable<TestCaseData> Repeats(History h)
    {
        yield return UnusualHistories.Case(
            [3, 4],
            "a repeat is not let in, one of too many, in trouble, or comes too early",
            WithMore(
                h,
                HeldAgain(2, 401, "{}"),
                HeldAgain(3, 429, "{}"),
                HeldAgain(4, 503, "{}"),
                HeldAgain(5, 409, KeyInUse),
                HeldAgain(6, null, null)
            )
        );
        yield return UnusualHistories.Case(
            [3, 4],
            "another request by a used key is told so",
            WithMore(
                h,
                HeldAgain(2, 422, KeyReused) with
                {
                    Request = """{"concertId":11,"seatIds":[3]}""",
                },
                HeldAgain(3, 400, "{}") with
                {
                    Request = """{"concertId":11,"seatIds":[]}""",
                }
            )
        );
        yield return UnusualHistories.Case(
            [3, 4],
            "a repeat names the seats in another order",
            h with
            {
                Journal =
                [
                    .. h.Journal!,
                    h.Journal!.First(e => e.Key == "m") with
                    {
                        At = Start.AddSeconds(2),
                        Request = """{"seatIds":[2,1],"concertId":11}""",
                    },
                ],
            }
        );
        yield return UnusualHistories.Case(
            [3, 4],
            "a key is as new after its day",
            WithMore(h, HeldAgain(25 * 3600, 409, SeatTaken))
        );
        yield return UnusualHistories.Case(
            [3, 4],
            "two attempts run at once, and the one that waited is refused in the end",
            WithMore(h, HeldAgain(2, 409, SeatTaken) with { Milliseconds = 3_000 })
        );
    }

    private static IEnumerable<TestCaseData> Unheard(History h)
    {
        var attempts = new[] { HeldAgain(0, null, null), HeldAgain(2, 409, SeatTaken) };
        yield return UnusualHistories.Case(
            [3, 4],
            "a refusal was heard, and an earlier attempt arrived late and had its effect",
            WithAttempts(h, Start.AddSeconds(10), attempts)
        );
        yield return UnusualHistories.Case(
            [3, 4],
            "the same where the database's clock is ten minutes behind the clients'",
            WithAttempts(h, Start.AddMinutes(-10), attempts) with
            {
                Now = Start.AddMinutes(-9),
            }
        );
        yield return UnusualHistories.Case(
            [3, 4],
            "a hold whose answer was lost is found by its key",
            WithAttempts(
                h,
                Start,
                HeldAgain(0, null, null),
                HeldAgain(2, 409, KeyInUse),
                Held(Mina, "m", 101, "1,2", 200) with
                {
                    At = Start.AddSeconds(4),
                }
            )
        );
    }

    private static IEnumerable<TestCaseData> Charges(History h)
    {
        var unheard = WithMore(h, Charged("c9", 1_000));
        yield return UnusualHistories.Case(
            [3],
            "a top-up of which nothing was heard never arrived",
            unheard
        );
        yield return UnusualHistories.Case(
            [3],
            "a top-up of which nothing was heard did arrive",
            unheard with
            {
                WalletEntries =
                [
                    .. h.WalletEntries,
                    new WalletEntryRow(Mina, "CHARGE", 1_000, 1_300, null, Start),
                ],
            }
        );
    }
}
