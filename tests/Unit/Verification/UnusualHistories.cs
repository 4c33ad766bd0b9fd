using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>Histories that look wrong at first sight, with the invariants that they keep.</summary>
internal static class UnusualHistories
{
    private static readonly int[] Every = [.. Enumerable.Range(1, 13)];

    public static IEnumerable<TestCaseData> All()
    {
        var h = History();
        return
        [
            .. Sales(h),
            .. Pins(h),
            .. Answers(h),
            .. UnusualAnswers.All(h),
            .. UnusualProviders.All(h),
            .. UnusualPositions.All(h),
            .. UnusualLetters.All(h),
            .. Records(h),
            Case(Every, "retention took the start of a partition", CutByRetention(h)),
            Case(Every, "the outbox has dropped everything", TwoDaysLater(h)),
            Case([9], "a customer has moved", MovedHistory.Of(h)),
            .. Cancellations(h),
            Case([7, 9], "a customer is gone, and named no more", ErasedHistory.Of(h)),
            Case(Every, "Kafka is a new one and empty", WithNewKafka(TwoDaysLater(h))),
        ];
    }

    private static IEnumerable<TestCaseData> Sales(History h)
    {
        yield return Case(
            [1, 6, 13],
            "a hold lapsed, was another's, was given back and paid late, all before the sweeper",
            DoctoredHistories.WithEvents(
                h,
                Event(Created(105, Yuna, [9], atSecond: 40, holdSeconds: 10), 1),
                Event(Payment<PaymentStarted>(205, 105, Yuna, 100, "CARD", 45), 1),
                Event(Created(106, Haru, [9], atSecond: 170), 1),
                Event(Ended(106, Haru, 9, atSecond: 172), 2),
                Event(Payment<PaymentCompleted>(205, 105, Yuna, 100, "CARD", 173), 2),
                Event(Confirmed(105, Yuna, [9], payment: 205, atSecond: 174), 2)
            )
        );
        yield return Case(
            [1, 13],
            "a payment is dated a moment after the sale that it paid",
            DoctoredHistories.WithEvents(
                h,
                Event(Created(105, Yuna, [9], atSecond: 40, holdSeconds: 10), 1),
                Event(Payment<PaymentStarted>(205, 105, Yuna, 100, "POINT", 44), 1),
                Event(Confirmed(105, Yuna, [9], payment: 205, atSecond: 44), 2)
            )
        );
    }

    private static IEnumerable<TestCaseData> Pins(History h)
    {
        yield return Case(
            [1, 13],
            "a payment is declined beyond the deadline, and the seat is another's later",
            DoctoredHistories.WithSlowPayment(
                h,
                Event(Failed(205, 105, Yuna, atSecond: 200), 2),
                Event(Created(106, Haru, [9], atSecond: 270), 1)
            )
        );
        yield return Case(
            [1, 13],
            "a payment is completed beyond the deadline, and the sale given back",
            DoctoredHistories.WithSlowPayment(
                h,
                Event(Payment<PaymentCompleted>(205, 105, Yuna, 100, "CARD", 200), 2),
                Event(Confirmed(105, Yuna, [9], payment: 205, atSecond: 201), 2),
                Event(Ended(105, Yuna, 9, atSecond: 210), 3),
                Event(Created(106, Haru, [9], atSecond: 211), 1)
            )
        );
    }

    private static IEnumerable<TestCaseData> Answers(History h)
    {
        yield return Case(
            [4],
            "a confirmation is answered 202 and then declined",
            h with
            {
                Journal =
                [
                    .. h.Journal!,
                    Confirmed("c1", 203, 202, """{"paymentId":203,"status":"UNKNOWN"}"""),
                ],
            }
        );
        yield return Case(
            [3],
            "a cancellation is answered, and refused when it is repeated",
            h with
            {
                Journal =
                [
                    .. h.Journal!,
                    h.Journal!.Single(e => e.Operation == "cancel") with
                    {
                        Status = 409,
                        Body = "{}",
                    },
                ],
            }
        );
    }

    private static IEnumerable<TestCaseData> Cancellations(History h)
    {
        yield return Case(
            [9],
            "a concert is cancelled, and its reservations end later",
            CancelledHistory.Of(h) with
            {
                DrainedAfter = null,
            }
        );
        yield return Case(
            [9],
            "a concert's cancellation is not applied yet",
            CancelledHistory.Unheard(h)
        );
        yield return Case(
            [9],
            "reservations of a cancelled concert have ended",
            CancelledHistory.Of(h) with
            {
                Reservations = [.. h.Reservations.Select(r => r with { Status = "CANCELLED" })],
            }
        );
    }

    private static IEnumerable<TestCaseData> Records(History h)
    {
        yield return Case(
            [6, 7, 8],
            "a stranger tells of a payment that is not ours",
            DoctoredHistories.WithEvents(
                h,
                Event(Payment<PaymentCompleted>(999, 998, Yuna, 100, "CARD", 40), 2)
            )
        );
        yield return Case(
            [10],
            "poison is a dead letter of every group that reads it",
            h with
            {
                Unreadable = [DoctoredHistories.Poison(h)],
                DeadLetters = [.. DeadLetters(DoctoredHistories.Poison(h))],
            }
        );
        yield return Case(
            [10],
            "a record that cannot be read is of no interest to most groups by its type",
            h with
            {
                Unreadable =
                [
                    DoctoredHistories.Poison(h) with
                    {
                        EventType = "RESERVATION_CONFIRMATION_FAILED",
                    },
                ],
                DeadLetters =
                [
                    .. DeadLetters(DoctoredHistories.Poison(h))
                        .Where(d => d.Group is ConsumerGroups.DataPlatform or "payment-service"),
                ],
            }
        );
        yield return Case(
            [10],
            "a stranger's record that cannot be read is passed over by everybody",
            h with
            {
                Unreadable = [DoctoredHistories.Poison(h) with { EventType = "ELSEWHERE" }],
            }
        );
    }

    /// <summary>Of one partition Kafka has but the last record.</summary>
    public static History CutByRetention(History h)
    {
        var last = h.Log.MaxBy(r => r.Offset)!;
        var place = (last.Event.Topic, last.Partition);
        return h with
        {
            Log = [.. h.Log.Where(r => (r.Event.Topic, r.Partition) != place || r == last)],
            Partitions =
            [
                .. h.Partitions.Select(p =>
                    (p.Topic, p.Partition) == place ? p with { Low = last.Offset } : p
                ),
            ],
        };
    }

    /// <summary>All is done and old: the outbox need not keep it.</summary>
    public static History TwoDaysLater(History h) =>
        h with
        {
            Now = h.Now.AddDays(2),
            Outbox = [],
            HoldKeys = [],
            PaymentKeys = [],
        };

    private static History WithNewKafka(History h) =>
        h with
        {
            Log = [],
            Partitions = [.. h.Partitions.Select(p => p with { High = 0 })],
            Positions = [],
            Stored = [.. h.Stored.Select(s => s with { IsOfThisLog = false })],
        };

    private static IEnumerable<DeadLetterRow> DeadLetters(UnreadableRecord record) =>
        ConsumerGroups
            .Topics.Where(g => g.Value.Contains(record.Topic))
            .Select(g => new DeadLetterRow(
                g.Key,
                record.Topic,
                record.Partition,
                record.Offset,
                EventId: null,
                IsOfThisLog: true
            ));

    public static TestCaseData Case(int[] numbers, string what, History unusual) =>
        new TestCaseData(numbers, unusual).SetArgDisplayNames(string.Join(" ", numbers), what);
}
