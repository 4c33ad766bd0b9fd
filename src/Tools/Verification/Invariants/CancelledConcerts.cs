using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// Whoever has applied a concert's cancellation has ended all that was booked of it; a part of 9.
/// </summary>
internal static class CancelledConcerts
{
    public static void Check(Inspection inspection, History history)
    {
        // Reservations end one after the other, and those that are being paid with their payment.
        if (history.DrainedAfter is null)
            return;

        var applied =
            history.Inbox.GetValueOrDefault(ConsumerGroups.Reservations) ?? new HashSet<Guid>();
        var dead = new DeadLetters(history);
        var cancelled = history
            .Events.Where(e => applied.Contains(e.EventId))
            .Where(e => !dead.Has(ConsumerGroups.Reservations, e))
            .Select(e => e.Event)
            .OfType<ConcertCancelled>()
            .Select(e => e.ConcertId)
            .ToHashSet();
        var booked = history.Reservations.Where(r => cancelled.Contains(r.ConcertId)).ToList();
        inspection.Figure("reservations of cancelled concerts", booked.Count);
        foreach (var reservation in booked)
        {
            inspection.Require(
                !reservation.IsLiveAt(history.Now),
                () =>
                    (
                        $"concert {reservation.ConcertId} is cancelled, its reservation "
                        + $"{reservation.Id} {reservation.Status}"
                    ).About(
                        Subject.Concert(reservation.ConcertId),
                        Subject.Reservation(reservation.Id)
                    )
            );
        }
    }
}
