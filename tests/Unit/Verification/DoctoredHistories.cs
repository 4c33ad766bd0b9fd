using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>Histories that break one invariant each, with its number.</summary>
internal static partial class DoctoredHistories
{
    public static IEnumerable<TestCaseData> All()
    {
        var h = History();
        return
        [
            .. Seats(h),
            .. Holds(h),
            .. Answers(h),
            .. Transitions(h),
            .. Messages(h),
            .. Views(h),
            .. Consumers(h),
            .. Rest(h),
            .. Tenures(h),
            .. Pins(h),
            .. Deadlines(h),
            .. Money(h),
            .. Forfeits(h),
            .. Books(h),
            .. Providers(h),
            .. Refusals(h),
            .. Keys(h),
            .. Repeats(h),
            .. AfterEffects(h),
            .. LostAnswers(h),
            .. LostCharges(h),
            .. RefusedPayments(h),
            .. Origins(h),
            .. Mails(h),
            .. Facts(h),
            .. Erasures(h),
            .. Moves(h),
            .. Cancellations(h),
            .. Poisoned(h),
            .. Retention(h),
            .. Offsets(h),
            .. Letters(h),
        ];
    }

    private static IEnumerable<TestCaseData> Seats(History h)
    {
        yield return Case(
            1,
            "two live reservations share a seat",
            h with
            {
                Reservations = Change(
                    h.Reservations,
                    r => r.Id == 104,
                    r => r with { SeatIds = [3] }
                ),
            }
        );
        yield return Case(
            1,
            "a seat is held while it is sold",
            WithEvent(h, Event(Created(105, Yuna, [1], atSecond: 40), 1))
        );
        yield return Case(
            2,
            "a seat is sold to a reservation that was cancelled",
            h with
            {
                Seats = Change(h.Seats, s => s.Id == 4, s => s with { ReservationId = 103 }),
            }
        );
        yield return Case(
            2,
            "a seat of the plan is missing",
            h with
            {
                Seats = [.. h.Seats.Skip(1)],
                Reservations = Change(
                    h.Reservations,
                    r => r.Id == 101,
                    r => r with { SeatIds = [2] }
                ),
            }
        );
    }

    private static IEnumerable<TestCaseData> Holds(History h)
    {
        yield return Case(
            5,
            "a reservation has one of its two seats",
            h with
            {
                Seats = Change(h.Seats, s => s.Id == 2, s => s with { ReservationId = 104 }),
            }
        );
        yield return Case(
            5,
            "fewer seats were answered than asked for",
            h with
            {
                Journal = Change(
                    h.Journal!,
                    e => e.Key == "m",
                    e => e with { Request = """{"seatIds":[1,2,3]}""" }
                ),
            }
        );
        yield return Case(
            13,
            "a customer has three seats where two are allowed",
            h with
            {
                Reservations = Change(
                    h.Reservations,
                    r => r.Id == 102,
                    r => r with { CustomerId = Mina }
                ),
            }
        );
        yield return Case(
            13,
            "a customer once had bought more than allowed",
            WithEvent(h, Event(Confirmed(105, Mina, [4], payment: 205, atSecond: 40), 1))
        );
    }

    private static IEnumerable<TestCaseData> Answers(History h)
    {
        yield return Case(
            3,
            "a hold that was answered is gone",
            h with
            {
                Reservations = [.. h.Reservations.Where(r => r.Id != 103)],
            }
        );
        yield return Case(
            3,
            "a refused hold had an effect",
            h with
            {
                HoldKeys = [.. h.HoldKeys, new HoldKeyRow(Haru, "refused", 105, "{}")],
            }
        );
        yield return Case(
            3,
            "a charge that was answered is not in the wallet",
            h with
            {
                WalletEntries = [.. h.WalletEntries.Where(e => e.CustomerId != Mina)],
            }
        );
        yield return Case(
            4,
            "one key has two answers",
            h with
            {
                Journal = [.. h.Journal!, Held(Mina, "m", 105, "1,2", 200)],
            }
        );
        yield return Case(
            4,
            "two keys made one reservation",
            h with
            {
                HoldKeys =
                [
                    .. h.HoldKeys,
                    new HoldKeyRow(Mina, "m2", 101, """{"reservationId":101}"""),
                ],
            }
        );
        yield return Case(
            4,
            "a key took another body",
            h with
            {
                Journal = Change(
                    h.Journal!,
                    e => ReferenceEquals(e, h.Journal![1]),
                    e => e with { Request = "{}" }
                ),
            }
        );
    }

    private static IEnumerable<TestCaseData> Transitions(History h)
    {
        yield return Case(
            6,
            "a cancelled reservation is confirmed",
            WithEvent(h, Event(Confirmed(103, Yuna, [4], payment: 204, atSecond: 40), 3))
        );
        yield return Case(
            6,
            "money was taken for a reservation that another payment bought",
            h with
            {
                Reservations = Change(
                    h.Reservations,
                    r => r.Id == 104,
                    r => r with { PaymentId = 203 }
                ),
            }
        );
        yield return Case(
            6,
            "a wallet is not the sum of its entries",
            h with
            {
                Wallets = Change(
                    h.Wallets,
                    w => w.CustomerId == Mina,
                    w => w with { Balance = 400 }
                ),
            }
        );
        yield return Case(
            7,
            "a reservation moved on without an event",
            h with
            {
                Reservations = Change(
                    h.Reservations,
                    r => r.Id == 101,
                    r => r with { Version = 3 }
                ),
            }
        );
        yield return Case(
            7,
            "an event tells of a reservation that is not there",
            h with
            {
                Outbox =
                [
                    .. h.Outbox,
                    new OutboxRow(99, Event(Created(105, Yuna, [4], 40), 1), IsRelayed: false),
                ],
            }
        );
        yield return Case(
            7,
            "a status is not what the last event says",
            h with
            {
                Payments = Change(
                    h.Payments,
                    p => p.Id == 201,
                    p => p with { Status = "REFUNDED" }
                ),
            }
        );
    }

    private static TestCaseData Case(int number, string what, History doctored) =>
        new TestCaseData(number, doctored).SetArgDisplayNames(
            number.ToString(System.Globalization.CultureInfo.InvariantCulture),
            what
        );

    private static IReadOnlyList<T> Change<T>(
        IReadOnlyList<T> list,
        Func<T, bool> which,
        Func<T, T> change
    ) => [.. list.Select(item => which(item) ? change(item) : item)];

    public static History WithEvents(History h, params TopicEvent[] events) =>
        h with
        {
            Log = [.. h.Log, .. events.Select((e, i) => new LogRecord(0, 99 + i, e))],
        };

    private static History WithEvent(History h, TopicEvent e) => WithEvents(h, e);
}
