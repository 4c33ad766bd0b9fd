using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>What a key answers, or should not, after it has had an effect.</summary>
internal static partial class DoctoredHistories
{
    public const string SeatTaken = """{"type":"/problems/seat-taken"}""";

    /// <summary>Mina's hold of the key m, asked for again.</summary>
    /// <param name="atSecond">When the answer came.</param>
    public static JournalEntry HeldAgain(int atSecond, int? status, string? body) =>
        Held(Mina, "m", 101, "1,2", 200) with
        {
            At = Start.AddSeconds(atSecond),
            Status = status,
            Body = body,
        };

    /// <summary>Of the key m nothing was heard but this.</summary>
    /// <param name="recorded">When its record was made.</param>
    public static History WithAttempts(
        History h,
        DateTimeOffset recorded,
        params JournalEntry[] attempts
    ) =>
        h with
        {
            HoldKeys = Change(h.HoldKeys, k => k.Key == "m", k => k with { CreatedAt = recorded }),
            Journal = [.. h.Journal!.Where(e => e.Key != "m"), .. attempts],
        };

    public static History WithMore(History h, params JournalEntry[] entries) =>
        h with
        {
            Journal = [.. h.Journal!, .. entries],
        };

    private static IEnumerable<TestCaseData> AfterEffects(History h)
    {
        yield return Case(
            4,
            "a customer's own repeat is told that the seats are taken",
            WithMore(h, HeldAgain(2, 409, SeatTaken))
        );
        yield return Case(
            4,
            "a repeat is told that its key was another request's",
            WithMore(h, HeldAgain(2, 422, """{"type":"/problems/idempotency-key-reused"}"""))
        );
        yield return Case(
            4,
            "another request by a used key is told that seats are taken",
            WithMore(
                h,
                HeldAgain(2, 409, SeatTaken) with
                {
                    Request = """{"concertId":11,"seatIds":[3]}""",
                }
            )
        );
        yield return Case(
            4,
            "a payment that was confirmed is told to be open again",
            WithMore(h, ConfirmedAt(2, 202))
        );
        yield return Case(
            4,
            "a payment that is being confirmed is refused to its own key",
            WithMore(
                h,
                ConfirmedAt(1, 202) with
                {
                    Key = "c4",
                },
                ConfirmedAt(3, 409) with
                {
                    Key = "c4",
                }
            )
        );
    }

    private static IEnumerable<TestCaseData> LostAnswers(History h)
    {
        var refused = WithAttempts(
            h,
            Start,
            HeldAgain(0, null, null),
            HeldAgain(2, 409, SeatTaken)
        );
        yield return Case(3, "a hold whose answer was lost is refused for good", refused);
        yield return Case(4, "a hold whose answer was lost is refused to its own key", refused);
        yield return Case(
            3,
            "a payment was refused, and its key keeps a success",
            WithAnswer(h, e => e.Key == "p2", 409, """{"type":"/problems/illegal-state"}""")
        );
    }

    private static IEnumerable<TestCaseData> LostCharges(History h)
    {
        var answered = h.Journal!.Single(e => e.Operation == "charge");
        var lost = h with
        {
            Journal =
            [
                .. h.Journal!.Where(e => e.Operation != "charge"),
                answered with
                {
                    Status = null,
                    Body = null,
                },
                answered with
                {
                    At = Start.AddSeconds(2),
                },
            ],
        };
        yield return Case(
            3,
            "a top-up that only its repeat was told of is not in the wallet",
            lost with
            {
                WalletEntries = [.. h.WalletEntries.Where(e => e.Amount != 500)],
            }
        );
        yield return Case(
            3,
            "a top-up that only its repeat was told of is another one",
            lost with
            {
                WalletEntries = Change(
                    h.WalletEntries,
                    e => e.Amount == 500,
                    e => e with { Amount = 50 }
                ),
            }
        );
        yield return Case(
            3,
            "a wallet has more than all that may have arrived",
            lost with
            {
                WalletEntries = Change(
                    h.WalletEntries,
                    e => e.Amount == 500,
                    e => e with { Amount = 1_501 }
                ),
                Journal = [.. lost.Journal!, Charged("c9", 1_000)],
            }
        );
    }

    private static IEnumerable<TestCaseData> RefusedPayments(History h)
    {
        yield return Case(
            3,
            "a payment was refused, and is there",
            h with
            {
                Payments =
                [
                    .. h.Payments,
                    h.Payments[^1] with
                    {
                        Id = 205,
                        Status = "STARTED",
                        OrderId = "order-205",
                    },
                ],
                Journal = [.. h.Journal!, Refused("p5")],
            }
        );

        JournalEntry Refused(string key) =>
            h.Journal!.Single(e => e.Key == "p2") with
            {
                Key = key,
                Status = 409,
                Body = """{"type":"/problems/illegal-state"}""",
            };
    }

    /// <summary>A top-up of Mina's, of which nothing was heard.</summary>
    public static JournalEntry Charged(string key, long amount) =>
        new(Start, Mina, "charge", key, null, $$"""{"amount":{{amount}}}""", null, null, 3);

    private static JournalEntry ConfirmedAt(int second, int status) =>
        Confirmed("c2", 204, status, """{"type":"/problems/illegal-state"}""") with
        {
            At = Start.AddSeconds(second),
        };
}
