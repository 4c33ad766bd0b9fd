using ConcertReservation.BuildingBlocks;
using ConcertReservation.Reservations;
using static ConcertReservation.Tests.Unit.Reservations.Given;

namespace ConcertReservation.Tests.Unit.Reservations;

internal sealed class CancelledReservationTests
{
    [Test]
    public void a_cancelled_hold_frees_its_seats()
    {
        var (reservation, seats) = AHold();

        var cancelled = reservation.Cancel(seats, "Changed my mind.", Now);

        cancelled.ConcertCancelled.ShouldBeFalse();
        cancelled.WasConfirmed.ShouldBeFalse();
        cancelled.PaymentId.ShouldBeNull();
        cancelled.Version.ShouldBe(2);
        seats.ShouldAllBe(s => s.State == SeatState.Free);
    }

    [Test]
    public void what_is_being_paid_or_over_is_not_cancelled_by_its_customer()
    {
        var (paying, seats) = APin(paymentId: 5);
        var (sold, theirs) = ASale(paymentId: 5);
        var (expired, gone) = AnExpiredHold();
        var later = Now.AddDays(1);

        Should.Throw<IllegalTransitionException>(() => paying.Cancel(seats, "", Now));
        Should.Throw<IllegalTransitionException>(() => sold.Cancel(theirs, "", Now));
        Should.Throw<IllegalTransitionException>(() => expired.Cancel(gone, "", Now));
        Should.Throw<IllegalTransitionException>(() => paying.CancelSale(seats, "", later, Now));
        Should.Throw<IllegalTransitionException>(() => expired.CancelSale(gone, "", later, Now));
    }

    [Test]
    public void a_cancelled_sale_frees_its_seats_and_names_the_payment_to_refund()
    {
        var (sold, seats) = ASale(paymentId: 5);

        var cancelled = sold.CancelSale(seats, "Changed my mind.", Now.AddTicks(1), Now);

        (cancelled.WasConfirmed, cancelled.PaymentId).ShouldBe((true, 5));
        cancelled.ConcertCancelled.ShouldBeFalse();
        seats.ShouldAllBe(s => s.State == SeatState.Free);
        Should.Throw<IllegalTransitionException>(() =>
            sold.CancelSale(seats, "", Now.AddDays(1), Now)
        );
    }

    [Test]
    public void money_of_a_cancelled_sale_that_is_told_again_changes_nothing()
    {
        var (sold, seats) = ASale(paymentId: 5);
        var cancelled = sold.CancelSale(seats, "Changed my mind.", Now.AddTicks(1), Now);

        sold.Complete(5, seats, room: 4, null, Now).ShouldBeEmpty();

        sold.Version.ShouldBe(cancelled.Version);
    }

    [Test]
    public void a_sale_is_not_cancelled_when_it_is_too_late()
    {
        var (sold, seats) = ASale(paymentId: 5);

        Should.Throw<IllegalTransitionException>(() => sold.CancelSale(seats, "", Now, Now));

        seats.ShouldAllBe(s => s.State == SeatState.Sold);
    }

    [Test]
    public void a_sale_of_a_cancelled_concert_names_the_payment_to_refund()
    {
        var (sold, seats) = ASale(paymentId: 5);

        var cancelled = sold.CancelWithConcert(seats, "The singer is ill.", Now);

        cancelled.ConcertCancelled.ShouldBeTrue();
        cancelled.WasConfirmed.ShouldBeTrue();
        cancelled.PaymentId.ShouldBe(5);
        seats.ShouldAllBe(s => s.State == SeatState.Free);
    }
}
