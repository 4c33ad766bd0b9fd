using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 2. Each held, pinned or sold seat has exactly one live reservation that names it, and the seats
/// add up to the capacity of the published plan.
/// </summary>
internal static class SeatsAgree
{
    private static readonly Dictionary<string, string> StatusOfState = new(StringComparer.Ordinal)
    {
        ["held"] = "HELD",
        ["pinned"] = "PAYING",
        ["sold"] = "CONFIRMED",
    };

    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            2,
            "Seats agree with reservations and with the plan",
            history
        );
        var reservations = history.Reservations.ToDictionary(r => r.Id);
        CheckSeats(inspection, history, reservations);
        CheckReservations(inspection, history);
        CheckPlans(inspection, history);
        CheckSoldOut(inspection, history);
        return inspection.Done();
    }

    private static void CheckSeats(
        Inspection inspection,
        History history,
        Dictionary<long, ReservationRow> reservations
    )
    {
        inspection.Figure("seats", history.Seats.Count);
        foreach (var seat in history.Seats.Where(s => s.State != "free"))
        {
            var owner = seat.ReservationId is { } id ? reservations.GetValueOrDefault(id) : null;
            inspection.Require(
                owner is not null
                    && owner.ConcertId == seat.ConcertId
                    && owner.SeatIds.Contains(seat.Id)
                    && owner.Status == StatusOfState.GetValueOrDefault(seat.State),
                () =>
                    (
                        $"seat {seat.Id} is {seat.State} for reservation {seat.ReservationId}, "
                        + "which is "
                        + (owner is null ? "not there" : $"{owner.Status} of {List(owner.SeatIds)}")
                    ).About(OfSeat(seat))
            );
            inspection.Require(
                seat.State != "held" || owner is null || seat.HeldUntil == owner.HeldUntil,
                () =>
                    (
                        $"seat {seat.Id} is held until {seat.HeldUntil:O}, its reservation "
                        + $"{owner!.Id} until {owner.HeldUntil:O}"
                    ).About(OfSeat(seat))
            );
        }
    }

    private static void CheckReservations(Inspection inspection, History history)
    {
        var seats = history.Seats.ToDictionary(s => s.Id);
        var live = history.Reservations.Where(r => r.IsLiveAt(history.Now)).ToList();
        inspection.Figure("live reservations", live.Count);
        foreach (var reservation in live)
        {
            foreach (var id in reservation.SeatIds)
            {
                inspection.Require(
                    seats.GetValueOrDefault(id)?.ReservationId == reservation.Id,
                    () =>
                        (
                            $"{reservation.Status} reservation {reservation.Id} lacks "
                            + $"its seat {id}"
                        ).About([
                            Subject.Reservation(reservation.Id),
                            Subject.Seat(id),
                            .. seats.TryGetValue(id, out var seat) ? OfSeat(seat) : [],
                        ])
                );
            }
        }
    }

    /// <summary>Section by section, as many seats as the plan has, each at its price.</summary>
    private static void CheckPlans(Inspection inspection, History history)
    {
        var built = history.Seats.ToLookup(s => s.ConcertId);
        var plans = history
            .Events.Select(e => e.Event)
            .OfType<ConcertScheduled>()
            .ToDictionary(e => e.ConcertId, e => e.Sections);
        inspection.Figure("published plans", plans.Count);
        foreach (var (concert, plan) in plans)
        {
            var planned = Text(
                plan.Select(s => (s.Rows * s.SeatsPerRow, s.Price.Won, s.Price.Won))
            );
            var seats = Text(
                built[concert]
                    .GroupBy(s => s.Section)
                    .OrderBy(s => s.Key)
                    .Select(s => (s.Count(), s.Min(seat => seat.Price), s.Max(seat => seat.Price)))
            );
            inspection.Require(
                seats == planned,
                () =>
                    $"concert {concert} has {seats}, its plan says {planned}".About(
                        Subject.Concert(concert)
                    )
            );
        }

        foreach (var concert in history.Concerts.Where(c => !plans.ContainsKey(c.Id)))
            inspection.Note($"the plan of concert {concert.Id} is no longer in the log");
    }

    private static void CheckSoldOut(Inspection inspection, History history)
    {
        var sold = history
            .Seats.Where(s => s.State == "sold")
            .GroupBy(s => s.ConcertId)
            .ToDictionary(c => c.Key, c => c.Count());
        inspection.Figure("concerts sold out", history.Concerts.Count(c => c.Status == "SOLD_OUT"));
        foreach (var concert in history.Concerts.Where(c => c.Status != "CANCELLED"))
        {
            var seats = sold.GetValueOrDefault(concert.Id);
            inspection.Require(
                (concert.Status == "SOLD_OUT") == (seats == concert.TotalSeats),
                () =>
                    (
                        $"concert {concert.Id} is {concert.Status} with {seats} of "
                        + $"{concert.TotalSeats} seats sold"
                    ).About(Subject.Concert(concert.Id))
            );
        }
    }

    private static string[] OfSeat(SeatRow seat) =>
        seat.ReservationId is { } owner
            ? [Subject.Seat(seat.Id), Subject.Reservation(owner)]
            : [Subject.Seat(seat.Id)];

    private static string Text(IEnumerable<(int Seats, long Lowest, long Highest)> sections) =>
        string.Join(
            ", ",
            sections.Select(s =>
                s.Lowest == s.Highest
                    ? $"{s.Seats} seats at {s.Lowest} won"
                    : $"{s.Seats} seats at {s.Lowest} to {s.Highest} won"
            )
        );

    private static string List(IReadOnlyList<long> seats) => string.Join(", ", seats);
}
