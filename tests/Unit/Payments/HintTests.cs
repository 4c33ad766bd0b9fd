using ConcertReservation.Contracts;
using ConcertReservation.Payments;

namespace ConcertReservation.Tests.Unit.Payments;

/// <summary>The provider, or somebody in its name, tells that a payment has changed.</summary>
[TestFixture]
internal sealed class HintTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private Payment _payment = null!;

    /// <summary>One without an outcome, to be asked about in a minute.</summary>
    [SetUp]
    public void LeaveUnknown()
    {
        (_payment, _) = Start();
        _payment.MarkAsked("pk_1", Noon);
        _payment.MarkUnknown(Noon, Minute, claim: null);
    }

    [Test]
    public void it_is_asked_about_at_once_and_not_when_it_was_due()
    {
        _payment.Hint(Noon.AddSeconds(5)).ShouldBeTrue();

        _payment.NextCheckAt.ShouldBe(Noon.AddSeconds(5));
    }

    [Test]
    public void however_often_it_is_told_no_two_questions_begin_within_a_second()
    {
        AskAt(Noon.AddSeconds(5));
        _payment.CheckAgain(Noon.AddSeconds(5.01), Minute, claim: null);

        _payment.Hint(Noon.AddSeconds(5.02));
        _payment.Hint(Noon.AddSeconds(5.03));

        _payment.NextCheckAt.ShouldBe(Noon.AddSeconds(6));
    }

    [Test]
    public void what_comes_while_it_is_being_asked_is_asked_about_once_more_without_a_wait()
    {
        AskAt(Noon.AddSeconds(5));
        _payment.Hint(Noon.AddSeconds(8));
        _payment.CheckAgain(Noon.AddSeconds(10), Minute, claim: null);
        _payment.NextCheckAt.ShouldBe(Noon.AddSeconds(8));

        AskAt(Noon.AddSeconds(10));
        _payment.CheckAgain(Noon.AddSeconds(11), Minute, claim: null);

        _payment.NextCheckAt.ShouldBe(Noon.AddSeconds(71));
    }

    [Test]
    public void checks_that_were_asked_for_from_outside_make_the_waits_no_longer()
    {
        var waits = _payment.Waits;
        for (var second = 1; second <= 20; second++)
        {
            _payment.Hint(Noon.AddSeconds(second));
            AskAt(Noon.AddSeconds(second));
            _payment.CheckAgain(Noon.AddSeconds(second + 0.1), Minute, claim: null);
        }

        _payment.Waits.ShouldBe(waits);
        _payment.Checks.ShouldBe(21, "each is a try of its own");
        AskAt(Noon.AddSeconds(90));
        _payment.CheckAgain(Noon.AddSeconds(91), Minute, claim: null);
        _payment.Waits.ShouldBe(waits + 1);
    }

    [Test]
    public void what_was_never_confirmed_or_has_ended_waits_for_nobody()
    {
        var (begun, _) = Start();
        begun.Hint(Noon).ShouldBeFalse();
        begun.NextCheckAt.ShouldBe(Noon.AddMinutes(3));

        _payment.Complete(Noon);
        _payment.Hint(Noon).ShouldBeFalse();
        _payment.NextCheckAt.ShouldBeNull();
    }

    [Test]
    public void of_one_that_has_failed_only_that_it_was_taken_is_asked_about()
    {
        _payment.Fail("declined", Noon.AddSeconds(5));

        _payment.Hint(Noon.AddSeconds(6)).ShouldBeFalse();
        _payment.NextCheckAt.ShouldBe(Noon.AddSeconds(5) + Payment.LookBackAfter);
        _payment.Hint(Noon.AddSeconds(7), isTaken: true).ShouldBeTrue();
        _payment.NextCheckAt.ShouldBe(Noon.AddSeconds(7));
    }

    [Test]
    public void whoever_asks_from_outside_that_it_was_taken_does_not_replace_the_later_look()
    {
        _payment.Fail("declined", Noon.AddSeconds(5));
        _payment.Hint(Noon.AddSeconds(7), isTaken: true);
        AskAt(Noon.AddSeconds(7));

        _payment.EndLookBack(Noon.AddSeconds(8), isReturned: false, claim: null);
        _payment.NextCheckAt.ShouldBe(Noon.AddSeconds(8) + Payment.LookBackAfter);
        _payment.EndLookBack(Noon.AddMinutes(11), isReturned: false, claim: null);

        _payment.NextCheckAt.ShouldBeNull();
    }

    [Test]
    public void what_failed_at_its_first_try_is_looked_back_at_only_where_it_is_said_to_be_taken()
    {
        var (declined, _) = Start();
        declined.MarkAsked("pk_1", Noon);
        declined.Fail("declined", Noon);
        declined.NextCheckAt.ShouldBeNull();

        declined.Hint(Noon.AddDays(1), isTaken: true).ShouldBeTrue();

        declined.NextCheckAt.ShouldBe(Noon.AddDays(1));
    }

    [Test]
    public void a_refund_is_open_since_it_was_asked_for_and_begins_to_count_anew()
    {
        _payment.OpenSince.ShouldBe(Noon);
        _payment.Complete(Noon.AddSeconds(5));
        _payment.OpenSince.ShouldBeNull();

        _payment.RequestRefund("gone", Noon.AddDays(7));

        (_payment.OpenSince, _payment.Waits).ShouldBe((Noon.AddDays(7), 0));
    }

    /// <summary>As the claim does, in the database.</summary>
    private void AskAt(DateTimeOffset time) =>
        typeof(Payment).GetProperty(nameof(Payment.AskedAt))!.SetValue(_payment, time);

    private static (Payment Payment, PaymentStarted Event) Start() =>
        Payment.Start(
            1201,
            new PayableReservation(4711, 7, new Money(132_000), "HELD", Noon.AddMinutes(5)),
            PaymentMethod.Card,
            "payment-1201-9f86d081884c7d65",
            Noon,
            abandonAt: Noon.AddMinutes(3)
        );
}
