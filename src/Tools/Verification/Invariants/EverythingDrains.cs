namespace ConcertReservation.Verification.Invariants;

/// <summary>11. After healing, everything drains within a bound.</summary>
internal static class EverythingDrains
{
    /// <summary>Of each kind of work: the oldest ones are enough to look into.</summary>
    private const int Shown = 3;

    public static Finding Check(History history)
    {
        var inspection = new Inspection(11, "Everything drains within the bound", history);
        if (history.DrainedAfter is { } time)
            inspection.Figure(
                "milliseconds until nothing was under way",
                (long)time.TotalMilliseconds
            );
        else if (history.Undrained.Count == 0)
            inspection.Violated("nobody saw it at rest".About(UnderWay(history)));
        foreach (var left in history.Undrained)
            inspection.Violated($"still under way: {left}".About(UnderWay(history)));
        return inspection.Done();
    }

    /// <summary>What had not come to its end when the system was read.</summary>
    private static IEnumerable<string> UnderWay(History history)
    {
        var stored = history.Stored.Select(s => s.Event.EventId).ToHashSet();
        var ended = history
            .Reservations.Where(r => r.Status is "EXPIRED" or "CANCELLED")
            .Select(r => r.Id)
            .ToHashSet();
        return
        [
            .. history
                .Outbox.Where(r => !stored.Contains(r.Event.EventId))
                .Take(Shown)
                .Select(r => Subject.Event(r.Event.EventId)),
            .. history
                .Reservations.Where(r =>
                    r.Status == "PAYING" || (r.Status == "HELD" && r.HeldUntil < history.Now)
                )
                .Take(Shown)
                .Select(r => Subject.Reservation(r.Id)),
            .. history
                .Payments.Where(p => p.Status is "UNKNOWN" or "REFUND_REQUESTED")
                .Take(Shown)
                .Select(p => Subject.Payment(p.Id)),
            .. history
                .Payments.Where(p => p.Status == "STARTED" && ended.Contains(p.ReservationId))
                .Take(Shown)
                .SelectMany(p =>
                    new[] { Subject.Payment(p.Id), Subject.Reservation(p.ReservationId) }
                ),
            .. history
                .Mails.Where(m => m.State == "pending")
                .Take(Shown)
                .Select(m => Subject.Event(m.EventId)),
            .. history
                .Positions.Where(p =>
                    history.Partitions.Any(l =>
                        (l.Topic, l.Partition) == (p.Topic, p.Partition) && l.High > p.Applied
                    )
                )
                .Take(Shown)
                .SelectMany(p =>
                    new[]
                    {
                        Subject.Reader(p.Group, p.Topic, p.Partition),
                        Subject.Partition(p.Topic, p.Partition),
                    }
                ),
        ];
    }
}
