namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 13. Live seats of a customer in a concert never exceed the limit: now, and at any time that
/// events tell of, holds that ended long ago included.
/// </summary>
internal static class LimitsHold
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(13, "Nobody has more seats of a concert than the limit");
        var limits = history.Concerts.ToDictionary(c => c.Id, c => c.TicketsPerCustomer);
        var live = history
            .Reservations.Where(r => r.IsLiveAt(history.Now))
            .GroupBy(r => (r.CustomerId, r.ConcertId))
            .ToDictionary(c => c.Key, c => c.Sum(r => r.SeatIds.Count));
        inspection.Figure("customers with live seats", live.Count);
        foreach (var (owner, seats) in live)
            Compare(owner, seats, "has");

        var most = Tenures
            .Of(history)
            .GroupBy(t => (t.CustomerId, t.ConcertId))
            .ToDictionary(c => c.Key, MostAtOnce);
        inspection.Figure("customers whose holds and sales events tell", most.Count);
        inspection.Figure("most seats of one at a time", most.Values.DefaultIfEmpty().Max());
        foreach (var (owner, seats) in most)
            Compare(owner, seats, "once had");
        return inspection.Done();

        void Compare((long Customer, long Concert) owner, int seats, string verb)
        {
            if (!limits.TryGetValue(owner.Concert, out var limit))
                return;

            inspection.Require(
                seats <= limit,
                () =>
                    $"customer {owner.Customer} {verb} {seats} seats of concert {owner.Concert}, "
                    + $"{limit} are allowed"
            );
        }
    }

    /// <summary>
    /// What ends within the clocks' tolerance of a beginning has ended before it.
    /// </summary>
    private static int MostAtOnce(IEnumerable<Tenure> tenures)
    {
        var (now, most) = (0, 0);
        var changes = tenures
            .SelectMany(t => new[] { (At: t.From, By: +1), (At: t.Until - Tolerance(t), By: -1) })
            .OrderBy(c => c.At)
            .ThenBy(c => c.By);
        foreach (var change in changes)
        {
            now += change.By;
            most = Math.Max(most, now);
        }

        return most;
    }

    private static TimeSpan Tolerance(Tenure tenure) =>
        tenure.Until - tenure.From > Tenures.ClockTolerance
            ? Tenures.ClockTolerance
            : TimeSpan.Zero;
}
