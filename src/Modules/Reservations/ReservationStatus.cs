namespace ConcertReservation.Reservations;

internal enum ReservationStatus
{
    Held,

    /// <summary>The provider is being asked for the money; the seats are pinned.</summary>
    Paying,
    Confirmed,
    Expired,
    Cancelled,
}
