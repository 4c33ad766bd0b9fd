namespace ConcertReservation.Messaging;

/// <summary>What becomes of each record of a batch, decided from what the database knows.</summary>
/// <param name="Events">To dispatch, in order.</param>
/// <param name="Letters">To give up for now, in order.</param>
/// <param name="Duplicates">Events that the group has applied before.</param>
internal sealed record BatchPlan(
    IReadOnlyList<ReceivedEvent> Events,
    IReadOnlyList<DeadLetter> Letters,
    int Duplicates
)
{
    /// <param name="inbox">The events of the batch that are new to the group, and blocked
    /// keys.</param>
    /// <param name="knownLetters">Offsets of hopeless records that are dead letters
    /// already.</param>
    /// <param name="givenUp">Why the only record of the batch is to be a dead letter, if it
    /// is.</param>
    public static BatchPlan Of(
        IReadOnlyList<ReceivedEvent> batch,
        InboxAnswer inbox,
        HashSet<long> knownLetters,
        Exception? givenUp
    )
    {
        var events = new List<ReceivedEvent>(batch.Count);
        var letters = new List<DeadLetter>();
        var duplicates = 0;
        var blocked = new HashSet<byte[]>(inbox.BlockedKeys, KeyComparer.Instance);
        foreach (var received in batch)
        {
            var reason = givenUp ?? received.Fault;
            if (reason is not null)
            {
                if (knownLetters.Contains(received.Record.Offset))
                    continue;

                var malformed = received.Reading == Reading.Malformed;
                letters.Add(new DeadLetter(received, DeadLetterStatus.Waiting, reason, malformed));
                if (received.Record.KeyBytes is { } failed)
                    blocked.Add(failed);
            }
            else if (received.Reading == Reading.Event)
            {
                if (received.Record.KeyBytes is { } key && blocked.Contains(key))
                {
                    var parked = new ParkedException(received.Record.Key);
                    var claimed = inbox.New.Remove(received.EventId);
                    letters.Add(new DeadLetter(received, DeadLetterStatus.Parked, parked, claimed));
                }
                else if (inbox.New.Remove(received.EventId))
                {
                    events.Add(received);
                }
                else
                {
                    duplicates++;
                }
            }
        }

        return new BatchPlan(events, letters, duplicates);
    }
}

/// <summary>Keys of records, by their bytes.</summary>
internal sealed class KeyComparer : IEqualityComparer<byte[]?>
{
    public static readonly KeyComparer Instance = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[]? obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
