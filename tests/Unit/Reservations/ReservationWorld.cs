using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;
using ConcertReservation.Reservations;

namespace ConcertReservation.Tests.Unit.Reservations;

internal enum Command
{
    Hold,
    Extend,
    Pin,
    Fail,
    Complete,
    Cancel,
    CancelSale,
    Expire,
    CancelConcert,
    Wait,
}

internal sealed record Step(Command Command, int Reservation, int Payment);

/// <summary>
/// Two reservations of one customer: one of seats 1 and 2, one of seats 2 and 3.
/// </summary>
internal sealed class ReservationWorld
{
    private const int Limit = 3;

    private static readonly long[][] Wanted =
    [
        [1, 2],
        [2, 3],
    ];

    private readonly Seat[] _seats = [.. Enumerable.Range(1, 3).Select(i => Given.FreeSeat(i))];
    private readonly Reservation?[] _reservations = new Reservation?[2];
    private readonly Expected[] _expected = [new(), new()];
    private readonly long[] _events = new long[2];
    private DateTimeOffset _now = Given.Now;
    private bool _cancelled;

    /// <summary>What the model thinks of a reservation.</summary>
    private sealed class Expected
    {
        public ReservationStatus? Status { get; set; }
        public DateTimeOffset Until { get; set; }
        public int? Payment { get; set; }
        public bool Extended { get; set; }
    }

    public void Do(Step step)
    {
        Act(step);
        Agree();
    }

    private void Act(Step step)
    {
        var (number, payment) = (step.Reservation, step.Payment);
        switch (step.Command)
        {
            case Command.Wait:
                _now += TimeSpan.FromSeconds(70 * payment);
                return;
            case Command.CancelConcert:
                _cancelled = true;
                return;
            case Command.Hold:
                Hold(number);
                return;
        }

        if (_reservations[number] is { } reservation)
            Change(step.Command, reservation, _expected[number], number, payment);
    }

    private void Hold(int number)
    {
        var mayHold = _reservations[number] is null && !_cancelled;
        if (!mayHold)
            return;

        var facts = Given.Facts(number + 1, Wanted[number]);
        if (Wanted[number].Any(id => OwnerOf(id) is not null))
        {
            Should.Throw<IllegalTransitionException>(() =>
                Reservation.Hold(facts, SeatsOf(number), 60, _now)
            );
            return;
        }

        (_reservations[number], var created) = Reservation.Hold(facts, SeatsOf(number), 60, _now);
        created.Version.ShouldBe(++_events[number]);
        _expected[number].Status = ReservationStatus.Held;
        _expected[number].Until = _now.AddSeconds(60);
    }

    private void Change(
        Command command,
        Reservation reservation,
        Expected expected,
        int number,
        int payment
    )
    {
        var seats = SeatsOf(number);
        switch (command)
        {
            case Command.Extend:
                var extended = reservation.Extend(payment, Given.AMinute, seats, _now);
                extended.ShouldBe(MayPay(expected, payment));
                if (extended == PinResult.Done && IsHeld(expected) && !expected.Extended)
                {
                    expected.Extended = true;
                    Postpone(expected);
                }

                return;
            case Command.Pin:
                var pinned = reservation.Pin(payment, seats, _now);
                pinned.ShouldBe(MayPay(expected, payment));
                if (pinned == PinResult.Done && IsHeld(expected))
                    (expected.Status, expected.Payment) = (ReservationStatus.Paying, payment);
                return;
            case Command.Fail:
                var mine =
                    expected.Status == ReservationStatus.Paying && expected.Payment == payment;
                reservation.Unpin(payment, Given.AMinute, seats, _now).ShouldBe(mine);
                if (mine)
                {
                    (expected.Status, expected.Payment) = (ReservationStatus.Held, null);
                    Postpone(expected);
                }

                return;
            case Command.Complete:
                Complete(reservation, expected, number, payment);
                return;
            case Command.Cancel:
                Try(
                    IsHeld(expected),
                    () => reservation.Cancel(seats, "", _now),
                    ReservationStatus.Cancelled,
                    number
                );
                return;
            case Command.CancelSale:
                Try(
                    expected.Status == ReservationStatus.Confirmed,
                    () => reservation.CancelSale(seats, "", _now.AddDays(1), _now),
                    ReservationStatus.Cancelled,
                    number
                );
                return;
            case Command.Expire:
                Try(
                    expected.Status == ReservationStatus.Held && !IsHeld(expected),
                    () => reservation.Expire(seats, _now),
                    ReservationStatus.Expired,
                    number
                );
                return;
        }
    }

    private void Complete(Reservation reservation, Expected expected, int number, int payment)
    {
        var isRepeat =
            expected.Payment == payment
            && expected.Status is ReservationStatus.Confirmed or ReservationStatus.Cancelled;
        var sells = !isRepeat && Sells(expected, number);
        var endsPin = !isRepeat && _cancelled && expected.Status == ReservationStatus.Paying;
        var room = Limit - Live(number);

        var news = reservation.Complete(
            payment,
            SeatsOf(number),
            room,
            _cancelled ? "ill" : null,
            _now
        );

        foreach (var fact in news)
            fact.Version.ShouldBe(++_events[number]);
        news.OfType<ReservationConfirmed>().Count().ShouldBe(sells ? 1 : 0);
        news.OfType<ReservationConfirmationFailed>().Count().ShouldBe(sells || isRepeat ? 0 : 1);
        news.OfType<ReservationCancelled>().Count().ShouldBe(endsPin ? 1 : 0);
        if (sells)
            (expected.Status, expected.Payment) = (ReservationStatus.Confirmed, payment);
        if (endsPin)
            (expected.Status, expected.Payment) = (ReservationStatus.Cancelled, payment);
    }

    private bool Sells(Expected expected, int number)
    {
        if (_cancelled)
            return false;
        if (IsLive(expected))
            return expected.Status != ReservationStatus.Confirmed;
        return expected.Status is ReservationStatus.Held or ReservationStatus.Expired
            && Wanted[number].All(id => OwnerOf(id) is null)
            && Live(number) + 2 <= Limit;
    }

    private void Try(
        bool isLegal,
        Func<ReservationEvent> act,
        ReservationStatus becomes,
        int number
    )
    {
        if (!isLegal)
        {
            Should.Throw<IllegalTransitionException>(() => act());
            return;
        }

        act().Version.ShouldBe(++_events[number]);
        _expected[number].Status = becomes;
    }

    private void Agree()
    {
        for (var number = 0; number < 2; number++)
        {
            if (_reservations[number] is not { } reservation)
                continue;

            var expected = _expected[number];
            reservation.Status.ShouldBe(expected.Status!.Value);
            reservation.Version.ShouldBe(_events[number]);
            reservation.IsLiveAt(_now).ShouldBe(IsLive(expected));
            if (IsLive(expected))
                SeatsOf(number).ShouldAllBe(s => s.BelongsTo(reservation.Id));
        }

        foreach (var seat in _seats)
            seat.IsFreeAt(_now).ShouldBe(OwnerOf(seat.Id) is null);
    }

    private PinResult MayPay(Expected expected, int payment)
    {
        if (
            expected.Status is ReservationStatus.Paying or ReservationStatus.Confirmed
            && expected.Payment == payment
        )
            return PinResult.Done;
        if (IsHeld(expected))
            return PinResult.Done;
        return expected.Status is ReservationStatus.Held or ReservationStatus.Expired
            ? PinResult.Lapsed
            : PinResult.IllegalState;
    }

    private void Postpone(Expected expected)
    {
        var until = _now + Given.AMinute;
        expected.Until = until > expected.Until ? until : expected.Until;
    }

    private bool IsHeld(Expected expected) =>
        expected.Status == ReservationStatus.Held && expected.Until > _now;

    private bool IsLive(Expected expected) =>
        IsHeld(expected)
        || expected.Status is ReservationStatus.Paying or ReservationStatus.Confirmed;

    /// <summary>The one live reservation that wants the seat.</summary>
    private int? OwnerOf(long seatId)
    {
        var owners = Enumerable
            .Range(0, 2)
            .Where(n => IsLive(_expected[n]) && Wanted[n].Contains(seatId))
            .ToList();
        owners.Count.ShouldBeLessThanOrEqualTo(1, $"Seat {seatId} has two owners.");
        return owners is [var owner] ? owner : null;
    }

    /// <summary>Seats that the customer has through the other reservation.</summary>
    private int Live(int number) => IsLive(_expected[1 - number]) ? 2 : 0;

    private Seat[] SeatsOf(int number) => [.. Wanted[number].Select(id => _seats[id - 1])];
}
