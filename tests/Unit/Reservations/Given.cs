using ConcertReservation.Contracts;
using ConcertReservation.Reservations;

namespace ConcertReservation.Tests.Unit.Reservations;

/// <summary>Reservations and seats in a given state.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);
    public static readonly Money Price = new(50_000);
    public static readonly TimeSpan AMinute = TimeSpan.FromMinutes(1);
    public const int HoldSeconds = 300;

    public static Seat FreeSeat(long id) => new(id, 1, Price, SeatState.Free, null, null);

    public static ReservationFacts Facts(long id, params long[] seatIds) =>
        new(
            id,
            1,
            7,
            seatIds,
            new Money(50_000 * seatIds.Length),
            "mina@example.com",
            "Aria",
            "en"
        );

    public static (Reservation Reservation, Seat[] Seats) AHold(long id = 1, int seats = 2)
    {
        var free = Enumerable.Range(1, seats).Select(i => FreeSeat(i)).ToArray();
        var facts = Facts(id, [.. free.Select(s => s.Id)]);
        return (Reservation.Hold(facts, free, HoldSeconds, Now).Item1, free);
    }

    public static (Reservation Reservation, Seat[] Seats) APin(long paymentId)
    {
        var (reservation, seats) = AHold();
        reservation.Pin(paymentId, seats, Now).ShouldBe(PinResult.Done);
        return (reservation, seats);
    }

    public static (Reservation Reservation, Seat[] Seats) ASale(long paymentId)
    {
        var (reservation, seats) = APin(paymentId);
        reservation.Complete(paymentId, seats, 4, null, Now).ShouldHaveSingleItem();
        return (reservation, seats);
    }

    public static (Reservation Reservation, Seat[] Seats) AnExpiredHold()
    {
        var (reservation, seats) = AHold();
        reservation.Expire(seats, AfterTheHold);
        return (reservation, seats);
    }

    public static DateTimeOffset AfterTheHold => Now.AddSeconds(HoldSeconds);
}
