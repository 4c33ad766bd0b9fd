using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>5. Holds of several seats are all or nothing.</summary>
internal static class HoldsAreWhole
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(5, "Holds of several seats are all or nothing", history);
        CheckSeats(inspection, history);
        CheckEvents(inspection, history);
        if (history.Journal is { } journal)
            CheckAnswers(inspection, journal);
        return inspection.Done();
    }

    private static void CheckSeats(Inspection inspection, History history)
    {
        var owned = history
            .Seats.Where(s => s.ReservationId is not null)
            .ToLookup(s => s.ReservationId!.Value, s => s.Id);
        var several = history.Reservations.Where(r => r.SeatIds.Count > 1).ToList();
        inspection.Figure("reservations of several seats", several.Count);
        foreach (var reservation in several.Where(r => r.IsLiveAt(history.Now)))
        {
            var count = owned[reservation.Id].Count();
            inspection.Require(
                count == reservation.SeatIds.Count,
                () =>
                    (
                        $"reservation {reservation.Id} has {count} of "
                        + $"{reservation.SeatIds.Count} seats"
                    ).About([
                        Subject.Reservation(reservation.Id),
                        .. reservation.SeatIds.Select(Subject.Seat),
                    ])
            );
        }
    }

    private static void CheckEvents(Inspection inspection, History history)
    {
        var rows = history.Reservations.ToDictionary(r => r.Id);
        var prices = history.Seats.ToDictionary(s => s.Id, s => s.Price);
        var created = history.Events.Select(e => e.Event).OfType<ReservationCreated>().ToList();
        inspection.Figure("holds told by events", created.Count);
        foreach (var hold in created)
        {
            var seats = hold.SeatIds.ToHashSet();
            inspection.Require(
                rows.GetValueOrDefault(hold.ReservationId) is { } row
                    && seats.SetEquals(row.SeatIds)
                    && hold.Amount.Won == row.Amount
                    && hold.Amount.Won == seats.Sum(s => prices.GetValueOrDefault(s)),
                () =>
                    (
                        $"reservation {hold.ReservationId} is not what its event told: "
                        + Text(hold)
                    ).About([
                        Subject.Reservation(hold.ReservationId),
                        .. hold.SeatIds.Select(Subject.Seat),
                    ])
            );
        }

        foreach (var sale in history.Events.Select(e => e.Event).OfType<ReservationConfirmed>())
        {
            inspection.Require(
                rows.GetValueOrDefault(sale.ReservationId) is { } row
                    && row.SeatIds.ToHashSet().SetEquals(sale.SeatIds),
                () =>
                    $"reservation {sale.ReservationId} was sold other seats than it holds".About(
                        Subject.Reservation(sale.ReservationId)
                    )
            );
        }
    }

    private static void CheckAnswers(Inspection inspection, IReadOnlyList<JournalEntry> journal)
    {
        var answered = journal.Where(e => e.Operation == "hold" && e.Succeeded).ToList();
        inspection.Figure("answers compared with their requests", answered.Count);
        foreach (var entry in answered)
        {
            inspection.Require(
                Fields.SeatIds(entry.Request).SetEquals(Fields.SeatIds(entry.Body)),
                () =>
                    $"asked {entry.Request}, answered {entry.Body}".About(
                        Subject.Request(entry.CustomerId, entry.Operation, entry.Key)
                    )
            );
        }
    }

    private static string Text(ReservationCreated hold) =>
        $"seats {string.Join(", ", hold.SeatIds)} for {hold.Amount} won";
}
