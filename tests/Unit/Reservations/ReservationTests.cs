using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;
using ConcertReservation.Reservations;
using static ConcertReservation.Tests.Unit.Reservations.Given;

namespace ConcertReservation.Tests.Unit.Reservations;

internal sealed class ReservationTests
{
    private const int Room = 4;

    [Test]
    public void a_hold_has_its_seats_until_the_deadline_and_tells_of_it()
    {
        Seat[] seats = [FreeSeat(11), FreeSeat(12)];

        var (reservation, created) = Reservation.Hold(Facts(1, 11, 12), seats, HoldSeconds, Now);

        reservation.Status.ShouldBe(ReservationStatus.Held);
        seats.ShouldAllBe(s => s.State == SeatState.Held && s.BelongsTo(1));
        created.Version.ShouldBe(1);
        created.SeatId.ShouldBe(11);
        created.HeldUntil.ShouldBe(Now.AddSeconds(HoldSeconds));
        created.Amount.ShouldBe(new Money(100_000));
    }

    [Test]
    public void a_seat_that_another_one_holds_cannot_be_held()
    {
        var (_, seats) = AHold();

        Should.Throw<IllegalTransitionException>(() =>
            Reservation.Hold(Facts(2, 1), [seats[0]], HoldSeconds, AfterTheHold.AddTicks(-1))
        );
    }

    [Test]
    public void a_lapsed_seat_goes_to_the_next_and_stays_there_when_the_old_hold_expires()
    {
        var (old, seats) = AHold();
        Reservation.Hold(Facts(2, 1), [seats[0]], HoldSeconds, AfterTheHold);

        old.Expire(seats, AfterTheHold).Version.ShouldBe(2);

        seats[0].BelongsTo(2).ShouldBeTrue();
        seats[1].State.ShouldBe(SeatState.Free);
    }

    [Test]
    public void a_hold_in_time_does_not_expire()
    {
        var (reservation, seats) = AHold();

        Should.Throw<IllegalTransitionException>(() =>
            reservation.Expire(seats, AfterTheHold.AddTicks(-1))
        );
    }

    [Test]
    public void the_start_of_a_payment_extends_a_hold_once()
    {
        var (reservation, seats) = AHold();
        var late = AfterTheHold.AddSeconds(-1);

        reservation.Extend(5, AMinute, seats, late).ShouldBe(PinResult.Done);
        var extended = reservation.HeldUntil;
        reservation.Extend(5, AMinute, seats, late.AddSeconds(30)).ShouldBe(PinResult.Done);
        reservation.Extend(6, AMinute, seats, late.AddSeconds(30)).ShouldBe(PinResult.Done);

        extended.ShouldBe(late + AMinute);
        reservation.HeldUntil.ShouldBe(extended);
        seats.ShouldAllBe(s => s.HeldUntil == extended);
        reservation.Version.ShouldBe(1);
    }

    [Test]
    public void an_extension_never_shortens_a_hold()
    {
        var (reservation, seats) = AHold();

        reservation.Extend(5, AMinute, seats, Now);

        reservation.HeldUntil.ShouldBe(AfterTheHold);
    }

    [Test]
    public void a_pinned_seat_is_free_to_nobody_whatever_the_time()
    {
        var (_, seats) = APin(paymentId: 5);

        seats.ShouldAllBe(s => !s.IsFreeAt(DateTimeOffset.MaxValue));
    }

    [Test]
    public void pinning_twice_for_one_payment_does_nothing_more()
    {
        var (reservation, seats) = APin(paymentId: 5);

        reservation.Pin(5, seats, AfterTheHold).ShouldBe(PinResult.Done);
        reservation.Extend(5, AMinute, seats, AfterTheHold).ShouldBe(PinResult.Done);
    }

    [Test]
    public void only_one_payment_pins()
    {
        var (reservation, seats) = APin(paymentId: 5);

        reservation.Pin(6, seats, Now).ShouldBe(PinResult.IllegalState);
        reservation.Extend(6, AMinute, seats, Now).ShouldBe(PinResult.IllegalState);
    }

    [Test]
    public void a_lapsed_or_expired_hold_is_not_pinned()
    {
        var (lapsed, itsSeats) = AHold();
        var (expired, theirs) = AnExpiredHold();

        lapsed.Pin(5, itsSeats, AfterTheHold).ShouldBe(PinResult.Lapsed);
        lapsed.Extend(5, AMinute, itsSeats, AfterTheHold).ShouldBe(PinResult.Lapsed);
        expired.Pin(5, theirs, AfterTheHold).ShouldBe(PinResult.Lapsed);
    }

    [Test]
    public void after_a_failed_payment_at_least_a_minute_is_left()
    {
        var (reservation, seats) = APin(paymentId: 5);
        var later = AfterTheHold.AddMinutes(3);

        reservation.Unpin(5, AMinute, seats, later).ShouldBeTrue();

        reservation.Status.ShouldBe(ReservationStatus.Held);
        reservation.HeldUntil.ShouldBe(later + AMinute);
        seats.ShouldAllBe(s => s.State == SeatState.Held && s.HeldUntil == later + AMinute);
        reservation.Pin(6, seats, later).ShouldBe(PinResult.Done);
    }

    [Test]
    public void a_failed_payment_that_pins_nothing_changes_nothing()
    {
        var (reservation, seats) = APin(paymentId: 5);

        reservation.Unpin(6, AMinute, seats, Now).ShouldBeFalse();

        reservation.Status.ShouldBe(ReservationStatus.Paying);
    }

    [Test]
    public void money_makes_a_sale()
    {
        var (reservation, seats) = APin(paymentId: 5);

        var news = reservation.Complete(5, seats, room: 0, concertCancelled: null, AfterTheHold);

        var confirmed = news.ShouldHaveSingleItem().ShouldBeOfType<ReservationConfirmed>();
        confirmed.Version.ShouldBe(2);
        confirmed.PaymentId.ShouldBe(5);
        seats.ShouldAllBe(s => s.State == SeatState.Sold);
    }

    [Test]
    public void the_same_money_told_twice_changes_nothing()
    {
        var (reservation, seats) = ASale(paymentId: 5);

        reservation.Complete(5, seats, Room, null, Now).ShouldBeEmpty();
    }

    [Test]
    public void a_second_payment_goes_back()
    {
        var (reservation, seats) = ASale(paymentId: 5);

        var news = reservation.Complete(6, seats, Room, null, Now);

        var failed = news.ShouldHaveSingleItem().ShouldBeOfType<ReservationConfirmationFailed>();
        failed.PaymentId.ShouldBe(6);
        failed.Version.ShouldBe(3);
        reservation.PaymentId.ShouldBe(5);
    }

    [Test]
    public void late_money_takes_seats_again_that_are_still_free()
    {
        var (reservation, seats) = AnExpiredHold();

        var news = reservation.Complete(5, seats, room: 2, null, AfterTheHold.AddHours(1));

        news.ShouldHaveSingleItem().ShouldBeOfType<ReservationConfirmed>().Version.ShouldBe(3);
        seats.ShouldAllBe(s => s.State == SeatState.Sold && s.BelongsTo(1));
    }

    [Test]
    public void late_money_takes_a_seat_whose_next_hold_has_lapsed_too()
    {
        var (reservation, seats) = AnExpiredHold();
        Reservation.Hold(Facts(2, 1), [seats[0]], HoldSeconds, AfterTheHold);

        var news = reservation.Complete(5, seats, Room, null, AfterTheHold.AddSeconds(HoldSeconds));

        news.ShouldHaveSingleItem().ShouldBeOfType<ReservationConfirmed>();
        seats[0].BelongsTo(1).ShouldBeTrue();
    }

    [Test]
    public void late_money_never_takes_a_seat_from_somebody()
    {
        var (reservation, seats) = AnExpiredHold();
        Reservation.Hold(Facts(2, 1), [seats[0]], HoldSeconds, AfterTheHold);

        var news = reservation.Complete(5, seats, Room, null, AfterTheHold);

        news.ShouldHaveSingleItem().ShouldBeOfType<ReservationConfirmationFailed>();
        seats[0].BelongsTo(2).ShouldBeTrue();
        seats[1].State.ShouldBe(SeatState.Free);
        reservation.Status.ShouldBe(ReservationStatus.Expired);
    }

    [Test]
    public void late_money_beyond_the_ticket_limit_goes_back()
    {
        var (reservation, seats) = AnExpiredHold();

        reservation
            .Complete(5, seats, room: 1, null, AfterTheHold)
            .ShouldHaveSingleItem()
            .ShouldBeOfType<ReservationConfirmationFailed>()
            .Reason.ShouldContain("ticket limit");
    }

    [Test]
    public void money_for_a_cancelled_concert_goes_back_and_ends_the_pin()
    {
        var (reservation, seats) = APin(paymentId: 5);

        var news = reservation.Complete(5, seats, Room, "The singer is ill.", Now);

        news.Select(e => e.EventType)
            .ShouldBe(["RESERVATION_CONFIRMATION_FAILED", "RESERVATION_CANCELLED"]);
        news.Select(e => e.Version).ShouldBe([2, 3]);
        var cancelled = (ReservationCancelled)news[1];
        (cancelled.WasConfirmed, cancelled.PaymentId).ShouldBe((false, 5));
        cancelled.ConcertCancelled.ShouldBeTrue();
        seats.ShouldAllBe(s => s.State == SeatState.Free);
    }
}
