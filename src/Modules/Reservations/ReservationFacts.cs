using ConcertReservation.Contracts;

namespace ConcertReservation.Reservations;

/// <summary>What never changes of a reservation, and what its events tell beside it.</summary>
internal sealed record ReservationFacts(
    long Id,
    long ConcertId,
    long CustomerId,
    IReadOnlyList<long> SeatIds,
    Money TotalAmount,
    string UserEmail,
    string ConcertName,
    string Language
);
