using ConcertReservation.Contracts;
using ConcertReservation.Verification;
using static ConcertReservation.Tests.Unit.Verification.SmallSale;

namespace ConcertReservation.Tests.Unit.Verification;

/// <summary>Seats that are being paid, and are taken away all the same.</summary>
internal static partial class DoctoredHistories
{
    /// <summary>
    /// Yuna is let to confirm a card payment, and the provider takes long: beyond her deadline.
    /// </summary>
    /// <param name="meanwhile">What else happened, or how it ended.</param>
    public static History WithSlowPayment(History h, params TopicEvent[] meanwhile) =>
        WithMore(
            WithEvents(
                h,
                [
                    Event(Created(105, Yuna, [9], atSecond: 40, holdSeconds: 10), 1),
                    Event(Payment<PaymentStarted>(205, 105, Yuna, 100, "CARD", 45), 1),
                    .. meanwhile,
                ]
            ),
            Confirmed("c5", 205, 202, """{"paymentId":205,"status":"UNKNOWN"}""") with
            {
                CustomerId = Yuna,
                At = Start.AddSeconds(150),
            }
        );

    private static IEnumerable<TestCaseData> Pins(History h)
    {
        yield return Case(
            1,
            "a seat goes to another while its payment is being taken",
            WithSlowPayment(
                h,
                Event(Created(106, Haru, [9], atSecond: 170), 1),
                Event(Payment<PaymentCompleted>(205, 105, Yuna, 100, "CARD", 200), 2),
                Event(NotSold(105, Yuna, payment: 205, atSecond: 201), 2)
            )
        );
        yield return Case(
            1,
            "a seat goes to another while a payment is being taken that is declined",
            WithSlowPayment(
                h,
                Event(Created(106, Haru, [9], atSecond: 170), 1),
                Event(Failed(205, 105, Yuna, atSecond: 200), 2)
            )
        );
        yield return Case(
            13,
            "seats that are being paid count no more after their deadline",
            WithSlowPayment(
                h,
                Event(Created(106, Yuna, [5, 6], atSecond: 170), 1),
                Event(Payment<PaymentCompleted>(205, 105, Yuna, 100, "CARD", 200), 2),
                Event(Confirmed(105, Yuna, [9], payment: 205, atSecond: 201), 2)
            )
        );
    }
}
