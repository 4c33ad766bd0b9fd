namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 13. Live seats of a customer in a concert never exceed the limit: now, and at any time that
/// events tell of, holds that ended long ago included.
/// </summary>
internal static class LimitsHold
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            13,
            "Nobody has more seats of a concert than the limit",
            history
        );
        var limits = history.Concerts.ToDictionary(c => c.Id, c => c.TicketsPerCustomer);
        var live = history
            .Reservations.Where(r => r.IsLiveAt(history.Now))
            .GroupBy(r => (r.CustomerId, r.ConcertId))
            .ToDictionary(
                c => c.Key,
                c =>
                    (
                        Seats: c.Sum(r => r.SeatIds.Count),
                        Reservations: c.Select(r => r.Id).ToHashSet()
                    )
            );
        inspection.Figure("customers with live seats", live.Count);
        foreach (var (owner, seats) in live)
            Compare(owner, seats, "has");

        var most = Tenures
            .Of(history)
            .GroupBy(t => (t.CustomerId, t.ConcertId))
            .ToDictionary(c => c.Key, MostAtOnce);
        inspection.Figure("customers whose holds and sales events tell", most.Count);
        inspection.Figure(
            "most seats of one at a time",
            most.Values.Select(m => m.Seats).DefaultIfEmpty().Max()
        );
        foreach (var (owner, seats) in most)
            Compare(owner, seats, "once had");
        return inspection.Done();

        void Compare(
            (long Customer, long Concert) owner,
            (int Seats, IReadOnlySet<long> Reservations) those,
            string verb
        )
        {
            if (!limits.TryGetValue(owner.Concert, out var limit))
                return;

            inspection.Require(
                those.Seats <= limit,
                () =>
                    (
                        $"customer {owner.Customer} {verb} {those.Seats} seats of concert "
                        + $"{owner.Concert}, {limit} are allowed"
                    ).About(those.Reservations.Select(Subject.Reservation))
            );
        }
    }

    /// <summary>
    /// What ends within the clocks' tolerance of a beginning has ended before it.
    /// </summary>
    private static (int Seats, HashSet<long> Reservations) MostAtOnce(IEnumerable<Tenure> tenures)
    {
        var live = new HashSet<Tenure>();
        var most = (Seats: 0, Reservations: new HashSet<long>());
        var changes = tenures
            .Where(t => t.Until > t.From)
            .SelectMany(t =>
                new[]
                {
                    (At: t.From, By: +1, Tenure: t),
                    (At: t.Until - Tolerance(t), By: -1, Tenure: t),
                }
            )
            .OrderBy(c => c.At)
            .ThenBy(c => c.By);
        foreach (var change in changes)
        {
            if (change.By < 0)
                live.Remove(change.Tenure);
            else
                live.Add(change.Tenure);
            if (live.Count > most.Seats)
                most = (live.Count, [.. live.Select(t => t.ReservationId)]);
        }

        return most;
    }

    private static TimeSpan Tolerance(Tenure tenure) =>
        tenure.Until - tenure.From > Tenures.ClockTolerance
            ? Tenures.ClockTolerance
            : TimeSpan.Zero;
}
