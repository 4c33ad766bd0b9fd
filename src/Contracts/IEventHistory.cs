namespace ConcertReservation.Contracts;

/// <summary>
/// What DataPlatform kept of all topics, for a module that lost a view of its own and builds it
/// anew. A pure question: a crash while reading changes nothing, the reader starts again.
/// </summary>
public interface IEventHistory
{
    /// <summary>
    /// How far the history reaches: of each partition, what comes before the next offset is read
    /// by <see cref="ReadAsync"/>, unless an operator has discarded it.
    /// </summary>
    Task<IReadOnlyList<LogPosition>> ProgressAsync(CancellationToken stop);

    /// <summary>
    /// Of each log the place of the first record kept whose own timestamp is not before the time;
    /// a log without one is left out.
    /// </summary>
    Task<IReadOnlyList<LogPosition>> FirstSinceAsync(DateTimeOffset time, CancellationToken stop);

    /// <summary>How many events of these topics are kept.</summary>
    Task<long> CountAsync(IReadOnlyCollection<string> topics, CancellationToken stop);

    /// <summary>
    /// Everything of these topics when the reading starts: first what could not be kept so far and
    /// waits as dead letters, then what is kept, in the order in which it was received. Versions of
    /// one key may come out of order, and an event twice.
    /// </summary>
    IAsyncEnumerable<PastEvent> ReadAsync(
        IReadOnlyCollection<string> topics,
        CancellationToken stop
    );
}

/// <summary>A place in a Kafka log; offsets of different incarnations cannot be compared.</summary>
public sealed record LogPosition(string Incarnation, string Topic, int Partition, long NextOffset)
{
    /// <summary>Incarnation, topic and partition as one text.</summary>
    public string LogName => $"{Incarnation}/{Topic}/{Partition}";
}

/// <summary>An event as it was received.</summary>
public sealed record PastEvent(
    string Topic,
    string Key,
    string EventType,
    long Version,
    ReadOnlyMemory<byte> Body
);
