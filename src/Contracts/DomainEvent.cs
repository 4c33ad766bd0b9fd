using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>
/// A fact that one module tells all others. The JSON is flat and in camelCase, as the Jackson
/// classes of the topics' readers expect it; topic, key and version travel beside it, as Kafka
/// headers.
/// </summary>
public abstract record DomainEvent
{
    /// <summary>
    /// Unique; the same however often the event comes. A UUIDv7: sorted by time.
    /// </summary>
    [JsonPropertyOrder(-3)]
    public Guid EventId { get; init; } = Guid.CreateVersion7();

    /// <summary>When the fact became true, UTC, to the microsecond.</summary>
    [JsonPropertyOrder(-2)]
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The name on the wire, such as <c>RESERVATION_CREATED</c>.</summary>
    [JsonPropertyOrder(-1)]
    public abstract string EventType { get; }

    /// <summary>One of <see cref="Topics"/>.</summary>
    [JsonIgnore]
    public abstract string Topic { get; }

    /// <summary>The Kafka key: events of one key keep their order.</summary>
    [JsonIgnore]
    public abstract string Key { get; }

    /// <summary>The publishing module, in lower case, as in <c>ce_source</c>.</summary>
    [JsonIgnore]
    public abstract string Module { get; }

    /// <summary>
    /// The aggregate's version after this event: 1, 2, 3 … without a gap per key.
    /// </summary>
    [JsonIgnore]
    public long Version { get; init; }
}
