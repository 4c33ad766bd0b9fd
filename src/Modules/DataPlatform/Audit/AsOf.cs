using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>Brings an event into what is known of an aggregate; a pure function.</summary>
/// <param name="known">null before the first event.</param>
internal delegate TState Fold<TState>(TState? known, DomainEvent happened)
    where TState : class;

/// <summary>An aggregate as its events tell it.</summary>
/// <param name="State">null where no event told anything yet.</param>
/// <param name="Version">Of the newest event in it.</param>
/// <param name="IsComplete">False where an event between those in it has not come.</param>
/// <param name="Events">What had happened, in order.</param>
internal sealed record Told<TState>(
    TState? State,
    long Version,
    bool IsComplete,
    IReadOnlyList<KeptEvent> Events
)
    where TState : class;

/// <summary>What the events of an aggregate say of it, now or at an earlier time.</summary>
internal static class AsOf
{
    /// <summary>
    /// Folds the events in the order of their versions, whatever the order in which they came, up
    /// to the first that happened after the time: the clocks of two hosts may disagree by a little,
    /// and no event tells anything without those before it.
    /// </summary>
    /// <param name="events">All of the aggregate's key.</param>
    /// <param name="key">What is not of this aggregate is shown, and says nothing of it.</param>
    /// <param name="time">null: now.</param>
    public static Told<TState> Of<TState>(
        IEnumerable<KeptEvent> events,
        string key,
        DateTimeOffset? time,
        Fold<TState> fold
    )
        where TState : class
    {
        var (state, version, isComplete) = (default(TState), 0L, true);
        var happened = new List<KeptEvent>();
        foreach (var kept in events.OrderBy(e => e.Version).ThenBy(e => e.Seq))
        {
            var hasPlace = kept.Version > 0 && kept.IsOf(key);
            if (kept.OccurredAt > time)
            {
                if (!hasPlace || kept.Version <= version)
                    continue;

                // What is missing in between may have happened before.
                isComplete &= kept.Version == version + 1;
                break;
            }

            happened.Add(kept);
            // Without a place in the order, or a repeat of what is known: the first to come counts.
            if (!hasPlace || kept.Version <= version)
                continue;

            isComplete &= kept.Version == version + 1;
            version = kept.Version;
            if (kept.Read() is { } known)
                state = fold(state, known);
        }

        return new Told<TState>(state, version, isComplete, happened);
    }
}
