using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 7. A state change that the catalogue names has its outbox row, and the reverse. The outbox drops
/// what is a day old and done: of that, the event store or Kafka has to tell.
/// </summary>
internal static class StateHasItsEvents
{
    /// <summary>The outbox keeps a row at least this long.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            7,
            "Every state change has its outbox row, and the reverse",
            history
        );
        inspection.Figure("outbox rows", history.Outbox.Count);
        var traces = history
            .Traces.Where(e => e.Version > 0 && history.OwnKeys.Contains(e.Key))
            .ToList();
        var strange = history.Traces.Count - traces.Count;
        if (strange > 0)
            inspection.Note($"{strange} events are not ours");

        var told = traces
            .GroupBy(e => e.Key)
            .ToDictionary(k => k.Key, k => (IReadOnlyList<TopicEvent>)[.. k]);
        CheckVersions(inspection, told);
        CheckOutbox(inspection, history, traces);

        Compare("user-", history.Customers.Select(c => (c.Id, c.Version, "")));
        Compare("reservation-", history.Reservations.Select(r => (r.Id, r.Version, r.Status)));
        Compare("payment-", history.Payments.Select(p => (p.Id, p.Version, p.Status)));
        Compare("concert-", history.Concerts.Select(c => (c.Id, c.Version, c.Status)));
        return inspection.Done();

        void Compare(string prefix, IEnumerable<(long Id, long Version, string Status)> states)
        {
            var rows = states.ToDictionary(s => $"{prefix}{s.Id}", s => (s.Version, s.Status));
            inspection.Figure($"states of a {prefix.TrimEnd('-')}", rows.Count);
            CompareWithEvents(inspection, prefix, rows, told);
        }
    }

    private static void CheckVersions(
        Inspection inspection,
        Dictionary<string, IReadOnlyList<TopicEvent>> told
    )
    {
        foreach (var (key, events) in told)
        {
            var before = 0L;
            foreach (var e in events)
            {
                inspection.Require(
                    e.Version == before + 1,
                    () => $"{key} goes from version {before} to {e.Version}".About(key)
                );
                before = e.Version;
            }
        }
    }

    /// <summary>Nothing is published but by the outbox.</summary>
    private static void CheckOutbox(
        Inspection inspection,
        History history,
        IReadOnlyList<TopicEvent> traces
    )
    {
        var rows = history.Outbox.Select(r => r.Event.EventId).ToHashSet();
        var since = history.Now - Kept;
        var dropped = 0;
        foreach (var e in traces.Where(e => !rows.Contains(e.EventId)))
        {
            dropped++;
            inspection.Require(
                e.Event?.OccurredAt <= since,
                () =>
                    $"{e.EventType} {e.Key} version {e.Version} has no outbox row".About(
                        Subject.Event(e.EventId)
                    )
            );
        }

        if (dropped > 0)
            inspection.Note($"{dropped} events are older than the outbox");
    }

    private static void CompareWithEvents(
        Inspection inspection,
        string prefix,
        Dictionary<string, (long Version, string Status)> rows,
        Dictionary<string, IReadOnlyList<TopicEvent>> told
    )
    {
        foreach (var (key, (version, status)) in rows)
        {
            if (!told.TryGetValue(key, out var events))
            {
                inspection.Violated($"{key} has no outbox row, and no event elsewhere".About(key));
                continue;
            }

            var expected = StatusAfter(events);
            inspection.Require(
                events[^1].Version == version,
                () =>
                    $"{key} is at version {version}, its last event at {events[^1].Version}".About(
                        key
                    )
            );
            inspection.Require(
                expected is null || expected.Contains(status),
                () => $"{key} is {status}, its last event is {events[^1].EventType}".About(key)
            );
        }

        foreach (var key in told.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)))
        {
            inspection.Require(
                rows.ContainsKey(key),
                () => $"{key} has events and no state".About(key)
            );
        }
    }

    /// <returns>
    /// The statuses that may stand after the events; null where they do not tell.
    /// </returns>
    private static string[]? StatusAfter(IReadOnlyList<TopicEvent> events) =>
        events.LastOrDefault(e => e.Event is not ReservationConfirmationFailed)?.Event switch
        {
            ReservationCreated => ["HELD", "PAYING"],
            ReservationConfirmed => ["CONFIRMED"],
            ReservationExpired => ["EXPIRED"],
            ReservationCancelled => ["CANCELLED"],
            PaymentStarted => ["STARTED", "UNKNOWN"],
            PaymentCompleted => ["COMPLETED"],
            PaymentFailed => ["FAILED"],
            PaymentRefundRequested => ["REFUND_REQUESTED"],
            PaymentRefunded => ["REFUNDED"],
            ConcertSoldOut => ["SOLD_OUT"],
            ConcertReopened => ["SCHEDULED"],
            ConcertCancelled => ["CANCELLED"],
            _ => null,
        };
}
