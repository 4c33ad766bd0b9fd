using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 1. A seat has at most one live hold or sale: now, and at any time that events tell of.
/// </summary>
internal static class OneOwnerPerSeat
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(1, "A seat has at most one live hold or sale", history);

        var owners = history
            .Reservations.Where(r => r.IsLiveAt(history.Now))
            .SelectMany(r => r.SeatIds.Select(seat => (seat, r.Id)))
            .ToLookup(o => o.seat, o => o.Id);
        inspection.Figure("seats with a live reservation", owners.Count);
        foreach (var seat in owners.Where(o => o.Count() > 1))
        {
            inspection.Violated(
                $"seat {seat.Key} belongs to {string.Join(" and ", seat)}".About([
                    Subject.Seat(seat.Key),
                    .. seat.Select(Subject.Reservation),
                ])
            );
        }

        var tenures = Tenures.Of(history);
        inspection.Figure("tenures of seats told by events", tenures.Count);
        foreach (var seat in tenures.GroupBy(t => t.SeatId))
        {
            foreach (var (earlier, later) in Neighbours(seat))
            {
                inspection.Require(
                    earlier.Until <= later.From + Tenures.ClockTolerance,
                    () =>
                        (
                            $"seat {seat.Key} was given to {later.ReservationId} at {later.From:O} "
                            + $"while it was {earlier.ReservationId}'s until {earlier.Until:O}"
                        ).About([
                            Subject.Reservation(earlier.ReservationId),
                            Subject.Reservation(later.ReservationId),
                            .. PaymentsOf(history, earlier.ReservationId),
                        ])
                );
            }
        }

        return inspection.Done();
    }

    /// <summary>They may have prolonged its time.</summary>
    private static IEnumerable<string> PaymentsOf(History history, long reservation) =>
        history
            .Traces.Select(e => e.Event)
            .OfType<PaymentEvent>()
            .Where(e => e.ReservationId == reservation)
            .Select(e => Subject.Payment(e.PaymentId));

    private static IEnumerable<(Tenure, Tenure)> Neighbours(IEnumerable<Tenure> tenures)
    {
        var inOrder = tenures.OrderBy(t => t.From).ToList();
        return inOrder.Zip(inOrder.Skip(1));
    }
}
