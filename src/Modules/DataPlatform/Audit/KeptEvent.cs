using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>An event as the store has it.</summary>
/// <param name="Seq">In the order of receipt.</param>
/// <param name="Version">The aggregate's; 0 where the record told none.</param>
/// <param name="TraceId">Of the request that caused it, where the record told.</param>
internal sealed record KeptEvent(
    long Seq,
    DateTimeOffset ReceivedAt,
    string Topic,
    int Partition,
    long Offset,
    Guid EventId,
    string EventType,
    long Version,
    DateTimeOffset OccurredAt,
    string? TraceId,
    ReadOnlyMemory<byte> Body
)
{
    private DomainEvent? _event;

    /// <summary>
    /// Whether it says something of the aggregate with this key: of a type that is not in the
    /// catalogue the record's key is all there is to go by.
    /// </summary>
    public bool IsOf(string key) => Read() is not { } known || known.Key == key;

    /// <returns>null for a type that is not in the catalogue.</returns>
    public DomainEvent? Read() =>
        EventCatalogue.ByName.ContainsKey(EventType)
            ? _event ??= EventCatalogue.Deserialize(EventType, Body.Span)
            : null;
}
