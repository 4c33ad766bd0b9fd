namespace ConcertReservation.Reservations;

/// <param name="CancelReason">Why the concert does not take place; null where it does.</param>
internal sealed record ConcertRules(
    int TicketsPerCustomer,
    string? CancelReason,
    DateTimeOffset StartsAt
);

/// <summary>
/// Reservations under lock, with all their seats as they are now, whoever has them.
/// </summary>
internal sealed class LockedReservations(
    DateTimeOffset now,
    Dictionary<long, Reservation> reservations,
    Dictionary<long, Seat> seats,
    Dictionary<long, ConcertRules> concerts,
    Dictionary<(long CustomerId, long ConcertId), int> liveSeats
)
{
    /// <summary>The database's time, read under the locks.</summary>
    public DateTimeOffset Now { get; } = now;

    public IReadOnlyCollection<Reservation> Reservations => reservations.Values;

    public IReadOnlyDictionary<long, Seat> Seats => seats;

    public Reservation? Find(long id) => reservations.GetValueOrDefault(id);

    public IReadOnlyList<Seat> SeatsOf(Reservation reservation) =>
        [.. reservation.Facts.SeatIds.Select(id => seats[id])];

    public ConcertRules ConcertOf(Reservation reservation) => concerts[reservation.Facts.ConcertId];

    /// <summary>
    /// Tickets that the customer may still take; meaningful under the customers' locks.
    /// </summary>
    public int RoomFor(Reservation reservation) =>
        ConcertOf(reservation).TicketsPerCustomer - liveSeats.GetValueOrDefault(Owner(reservation));

    /// <summary>
    /// A decision made a reservation live again: its neighbours in the batch count it.
    /// </summary>
    public void CountAsLive(Reservation reservation) =>
        liveSeats[Owner(reservation)] =
            liveSeats.GetValueOrDefault(Owner(reservation)) + reservation.Facts.SeatIds.Count;

    private static (long, long) Owner(Reservation reservation) =>
        (reservation.Facts.CustomerId, reservation.Facts.ConcertId);
}
