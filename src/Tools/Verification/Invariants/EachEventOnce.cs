namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// 9. Each event affects each consumer once: rankings, statistics, mails and the event store equal
/// a rebuild from the log.
/// </summary>
internal static class EachEventOnce
{
    public static Finding Check(History history)
    {
        var inspection = new Inspection(
            9,
            "Each event counts once: views equal a rebuild from the log",
            history
        );
        if (history.LogIsCut)
            inspection.Note("the log's start is gone: recounted with the event store's copy of it");

        var recount = new Recount(history);
        inspection.Figure("events recounted", history.Events.Count);
        if (history.Rankings is { } rankings)
            inspection.Same("ranking entries", recount.Rankings, rankings, Subject.View);
        else
            inspection.Violated("Redis has no whole rankings".About());
        CheckRankingNames(inspection, history, recount);
        inspection.Same("rows of statistics", recount.Statistics, history.Statistics, Subject.View);

        CheckStore(inspection, history);
        MailsOfEvents.Check(inspection, history);
        CancelledConcerts.Check(inspection, history);
        return inspection.Done();
    }

    /// <summary>
    /// A concert that only reservations told of has the name that one of them knew.
    /// </summary>
    private static void CheckRankingNames(Inspection inspection, History history, Recount recount)
    {
        inspection.Figure("names in rankings", history.RankingNames.Count);
        foreach (var (concert, name) in history.RankingNames)
        {
            inspection.Require(
                recount.NamesOf(concert).Contains(name),
                () =>
                    (
                        $"concert {concert} is called '{name}' in the rankings, not "
                        + string.Join(" or ", recount.NamesOf(concert))
                    ).About($"concert-{concert}")
            );
        }

        foreach (var concert in recount.NamedConcerts)
        {
            inspection.Require(
                history.Rankings is null || history.RankingNames.ContainsKey(concert),
                () => $"concert {concert} has no name in the rankings".About($"concert-{concert}")
            );
        }
    }

    private static void CheckStore(Inspection inspection, History history)
    {
        inspection.Figure("events stored", history.Stored.Count);
        var stored = history.Stored.ToLookup(s => s.Event.EventId, s => s.Event);
        foreach (var repeated in stored.Where(e => e.Count() > 1))
        {
            inspection.Violated(
                $"event {repeated.Key} is stored {repeated.Count()} times".About(
                    Subject.Event(repeated.Key)
                )
            );
        }

        var deleted = history.Deleted;
        var dead = new DeadLetters(history);
        foreach (var e in history.Log.Select(r => r.Event).DistinctBy(e => e.EventId))
        {
            inspection.Require(
                stored[e.EventId].Any(s => IsSame(s, e) || IsErased(s, e))
                    || dead.Has(ConsumerGroups.DataPlatform, e),
                () =>
                    $"{e.EventType} {e.Key} version {e.Version} is not stored as received".About(
                        Subject.Event(e.EventId)
                    )
            );
        }

        CheckErased(inspection, history);
        CheckOrigins(inspection, history);

        // Of a deleted account the store keeps all but what names its person.
        bool IsErased(TopicEvent s, TopicEvent received) =>
            received.ErasedHash is { } hash
            && deleted.Contains(received.Person ?? 0)
            && IsSame(s, received with { BodyHash = hash });
    }

    private static void CheckErased(Inspection inspection, History history)
    {
        var erased = history.Customers.Where(c => c.IsErased).Select(c => c.Id).ToHashSet();
        inspection.Figure("customers erased", erased.Count);
        foreach (var e in history.Stored.Select(s => s.Event))
        {
            inspection.Require(
                e.ErasedHash is null || !erased.Contains(e.Person ?? 0),
                () =>
                    $"{e.EventType} {e.Key} still names customer {e.Person}, who is erased".About(
                        Subject.Event(e.EventId),
                        Subject.Customer(e.Person!.Value)
                    )
            );
        }
    }

    private static bool IsSame(TopicEvent a, TopicEvent b) =>
        (a.Topic, a.Key, a.EventType, a.Version, a.BodyHash)
        == (b.Topic, b.Key, b.EventType, b.Version, b.BodyHash);

    /// <summary>Each row of the store was received: it is in the log, where the row says.</summary>
    private static void CheckOrigins(Inspection inspection, History history)
    {
        var log = history
            .Log.Select(r => (r.Event.Topic, r.Partition, r.Offset, r.Event.EventId))
            .ToHashSet();
        foreach (var row in history.Stored.Where(s => !history.IsBeyondLog(s)))
        {
            var e = row.Event;
            inspection.Require(
                log.Contains((e.Topic, row.Partition, row.Offset, e.EventId)),
                () =>
                    (
                        $"{e.EventType} {e.Key} is stored as "
                        + $"{e.Topic}/{row.Partition}@{row.Offset}, and Kafka has no such record"
                    ).About(Subject.Event(e.EventId), Subject.Partition(e.Topic, row.Partition))
            );
        }
    }
}
