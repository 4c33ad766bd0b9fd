using ConcertReservation.Verification.Invariants;

namespace ConcertReservation.Verification.Telling;

/// <summary>Each event once, with all places at which it is or ought to be.</summary>
internal sealed class EventThings(History history)
{
    private readonly ILookup<Guid, OutboxRow> _outbox = history.Outbox.ToLookup(r =>
        r.Event.EventId
    );
    private readonly ILookup<Guid, LogRecord> _log = history.Log.ToLookup(r => r.Event.EventId);
    private readonly ILookup<Guid, StoredEvent> _stored = history.Stored.ToLookup(s =>
        s.Event.EventId
    );
    private readonly DeadLetters _dead = new(history);

    public IEnumerable<Thing> All() =>
        history.Traces.Select(e => new Thing(
            e.Event?.OccurredAt,
            () => Text(e),
            e.Key,
            Subject.Event(e.EventId)
        ));

    private string Text(TopicEvent e) =>
        $"{e.EventType} {e.Key} version {e.Version}{Words.Of(e.Event)}: {Outbox(e)}, {Kafka(e)}, "
        + $"{Store(e)}, {Groups(e)}";

    private string Outbox(TopicEvent e) =>
        _outbox[e.EventId].FirstOrDefault() is { } row
            ? $"outbox row {row.Seq}{(row.IsRelayed ? "" : " not relayed")}"
            : "no outbox row";

    private string Kafka(TopicEvent e)
    {
        var places = _log[e.EventId]
            .Select(r =>
                $"{r.Event.Topic}/{r.Partition}@{r.Offset}"
                + (r.Event.BodyHash == e.BodyHash ? "" : " with other bytes")
            )
            .ToList();
        return places.Count > 0 ? $"in Kafka at {string.Join(" and ", places)}" : "not in Kafka";
    }

    private string Store(TopicEvent e) =>
        _stored[e.EventId].Count() switch
        {
            0 => "not stored",
            1 when _stored[e.EventId].Single().Event.BodyHash == e.BodyHash => "stored",
            1 => "stored with other bytes",
            var times => $"stored {times} times",
        };

    private string Groups(TopicEvent e)
    {
        var readers = ConsumerGroups
            .Topics.Keys.Where(g => ConsumerGroups.Applies(g, e.EventType))
            .ToList();
        var dead = readers.Where(g => _dead.Has(g, e)).ToList();
        var missing = readers
            .Except(dead)
            .Where(g => history.Inbox.GetValueOrDefault(g)?.Contains(e.EventId) != true)
            .ToList();
        return (missing.Count == 0 ? "applied by all" : $"not applied by {List(missing)}")
            + (dead.Count == 0 ? "" : $", dead letter of {List(dead)}");
    }

    private static string List(IEnumerable<string> groups) => string.Join(", ", groups);
}

/// <summary>What clients asked, and what they heard.</summary>
internal static class JournalThings
{
    /// <summary>Longer requests and answers are cut.</summary>
    private const int MaxChars = 200;

    public static IEnumerable<Thing> Of(History history) =>
        (history.Journal ?? []).Select(e => new Thing(e.At, () => Text(e), [.. About(e)]));

    private static IEnumerable<string> About(JournalEntry entry)
    {
        yield return Subject.Request(entry.CustomerId, entry.Operation, entry.Key);
        if (entry.Operation == "charge")
            yield return Subject.Wallet(entry.CustomerId);
        if (entry is { Operation: "cancel", Target: { } cancelled })
            yield return Subject.Reservation(cancelled);
        if (entry is { Operation: "confirm", Target: { } confirmed })
            yield return Subject.Payment(confirmed);
        if (Fields.Number(entry.Request, "reservationId") is { } paid)
            yield return Subject.Reservation(paid);
        if (Fields.Number(entry.Body, "reservationId") is { } made)
            yield return Subject.Reservation(made);
        if (Fields.Number(entry.Body, "paymentId") is { } payment)
            yield return Subject.Payment(payment);
    }

    private static string Text(JournalEntry entry) =>
        $"customer {entry.CustomerId} asks: {entry.Operation} {entry.Target} {Cut(entry.Request)}"
        + (entry.Key is null ? "" : $" by the key {entry.Key}")
        + $"; hears {Words.Of(entry.Status)} {Cut(entry.Body)}";

    private static string Cut(string? text) =>
        text is not { Length: > MaxChars } ? text ?? "" : $"{text[..MaxChars]}…";
}
