using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;
using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Unit.Payments;

[TestFixture]
internal sealed class PaymentTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static readonly PayableReservation Reservation = new(
        ReservationId: 4711,
        CustomerId: 7,
        new Money(132_000),
        "HELD",
        Noon.AddMinutes(5)
    );

    private enum Command
    {
        MarkAsked,
        MarkUnknown,
        Complete,
        Fail,
        RequestRefund,
        Refund,
    }

    [Test]
    public void a_refusal_names_no_state_that_is_not_the_reason()
    {
        // HELD, and yet it cannot be paid: its concert was cancelled a moment ago.
        var problem = StartPayment.Refusal(PinResult.IllegalState, Reservation).ShouldNotBeNull();

        problem.Type.ShouldBe("/problems/illegal-state");
        problem.Detail.ShouldNotContain("HELD");
        problem.Detail.ShouldContain("concert");
    }

    [TestCase("abc", 3, "abc")]
    [TestCase("abcd", 3, "abc")]
    [TestCase("ab😀d", 3, "ab")]
    [TestCase("a😀cd", 3, "a😀")]
    public void a_reason_that_is_cut_ends_with_a_whole_character(
        string reason,
        int length,
        string cut
    ) => Payment.Shorten(reason, length).ShouldBe(cut);

    [Test]
    public void starting_tells_who_pays_what_for_which_reservation()
    {
        var (payment, started) = StartCard();

        payment.Status.ShouldBe(PaymentStatus.Started);
        started.ShouldBe(
            new PaymentStarted
            {
                EventId = started.EventId,
                OccurredAt = Noon,
                Version = 1,
                PaymentId = 1201,
                ReservationId = 4711,
                UserId = 7,
                Amount = new Money(132_000),
                PaymentMethod = "CARD",
            }
        );
    }

    [Test]
    public void an_attempt_that_nobody_comes_back_to_is_checked_when_it_is_abandoned()
    {
        var (payment, _) = StartCard();

        payment.NextCheckAt.ShouldBe(Noon.AddMinutes(3));
        payment.CanBeAbandoned.ShouldBeTrue();
    }

    [Test]
    public void once_the_provider_was_asked_an_attempt_cannot_be_abandoned_or_asked_again()
    {
        var (payment, _) = StartCard();
        payment.MarkAsked("pk_1", Noon.AddSeconds(15));

        payment.CanBeAbandoned.ShouldBeFalse();
        payment.NextCheckAt.ShouldBe(Noon.AddSeconds(15));
        Should.Throw<IllegalTransitionException>(() => payment.MarkAsked("pk_2", Noon));
    }

    [Test]
    public void points_need_no_confirmation()
    {
        var (payment, _) = Payment.Start(
            1201,
            Reservation,
            PaymentMethod.Point,
            orderId: null,
            Noon,
            abandonAt: null
        );

        payment.CanBeConfirmed.ShouldBeFalse();
        Should.Throw<IllegalTransitionException>(() => payment.MarkAsked("pk_1", Noon));
    }

    [Test]
    public void a_payment_that_ended_is_not_checked_again()
    {
        var (payment, _) = StartCard();
        payment.MarkAsked("pk_1", Noon);
        payment.MarkUnknown(Noon, TimeSpan.FromSeconds(1), claim: null);

        payment.Complete(Noon);

        payment.NextCheckAt.ShouldBeNull();
    }

    [Test]
    public void a_refund_is_checked_at_once_and_says_why_in_both_events()
    {
        var (payment, _) = StartCard();
        payment.Complete(Noon);

        payment.RequestRefund("concert cancelled", Noon).Reason.ShouldBe("concert cancelled");
        payment.NextCheckAt.ShouldBe(Noon);
        payment.Refund(Noon).Reason.ShouldBe("concert cancelled");
        payment.NextCheckAt.ShouldBeNull();
    }

    [Test]
    public void a_long_reason_of_the_provider_is_cut()
    {
        var (payment, _) = StartCard();

        payment.Fail(new string('x', 5_000), Noon).Reason.Length.ShouldBe(Payment.MaxReasonLength);
    }

    /// <summary>
    /// Any commands in any order: exactly the transitions of the domain's drawing happen, all
    /// others throw and change nothing, and each event has the next version.
    /// </summary>
    [FsCheck.NUnit.Property(MaxTest = 1_000)]
    public void only_the_drawn_transitions_happen_and_versions_have_no_gap(byte[] history)
    {
        var (payment, _) = StartCard();
        var (status, asked, version) = (PaymentStatus.Started, false, 1L);
        foreach (var command in history.Select(b => (Command)(b % 6)))
        {
            var next = Next(status, asked, command);
            var published = 0;
            if (next is null)
                Should.Throw<IllegalTransitionException>(() => Do(payment, command));
            else
                published = Do(payment, command) is { Version: var v } && v == version + 1 ? 1 : 0;

            (status, asked) = (
                next ?? status,
                asked || (next, command) is (not null, Command.MarkAsked)
            );
            var hasEvent =
                next is not null && command is not (Command.MarkAsked or Command.MarkUnknown);
            published.ShouldBe(hasEvent ? 1 : 0);
            version += published;
            payment.Status.ShouldBe(status);
            payment.Version.ShouldBe(version);
            payment.WasAsked.ShouldBe(asked);
        }
    }

    private static PaymentStatus? Next(PaymentStatus status, bool asked, Command command)
    {
        var isOpen = status is PaymentStatus.Started or PaymentStatus.Unknown;
        return command switch
        {
            Command.MarkAsked when status == PaymentStatus.Started && !asked => status,
            Command.MarkUnknown when isOpen && asked => PaymentStatus.Unknown,
            Command.Complete when isOpen => PaymentStatus.Completed,
            Command.Fail when isOpen => PaymentStatus.Failed,
            Command.RequestRefund when status == PaymentStatus.Completed =>
                PaymentStatus.RefundRequested,
            Command.Refund when status == PaymentStatus.RefundRequested => PaymentStatus.Refunded,
            _ => null,
        };
    }

    private static PaymentEvent? Do(Payment payment, Command command)
    {
        switch (command)
        {
            case Command.MarkAsked:
                payment.MarkAsked("pk_1", Noon);
                return null;
            case Command.MarkUnknown:
                payment.MarkUnknown(Noon, TimeSpan.Zero, claim: null);
                return null;
            case Command.Complete:
                return payment.Complete(Noon);
            case Command.Fail:
                return payment.Fail("declined", Noon);
            case Command.RequestRefund:
                return payment.RequestRefund("gone", Noon);
            default:
                return payment.Refund(Noon);
        }
    }

    private static (Payment Payment, PaymentStarted Event) StartCard() =>
        Payment.Start(
            1201,
            Reservation,
            PaymentMethod.Card,
            "payment-1201-9f86d081884c7d65",
            Noon,
            abandonAt: Noon.AddMinutes(3)
        );
}
