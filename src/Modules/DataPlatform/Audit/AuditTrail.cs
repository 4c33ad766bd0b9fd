using System.Text.Json;
using ConcertReservation.Contracts;

namespace ConcertReservation.DataPlatform;

/// <summary>What is on record of something, and what that says of it.</summary>
/// <param name="AsOf">The time that was asked for; null for now.</param>
/// <param name="State">As its events up to then tell it.</param>
/// <param name="Version">Of the newest event in the state.</param>
/// <param name="IsComplete">False where an event between those in the state has not come.</param>
/// <param name="Items">Its events up to then, by version, the first one first.</param>
/// <param name="NextCursor">
/// Sent as <c>cursor</c> it brings the next page; null on the last.
/// </param>
internal sealed record AuditTrail<TState>(
    DateTimeOffset? AsOf,
    TState State,
    long Version,
    bool IsComplete,
    IReadOnlyList<AuditedEvent> Items,
    string? NextCursor
);

/// <summary>An event as it was received, with its place in Kafka.</summary>
/// <param name="Seq">Rises in the order of receipt.</param>
/// <param name="Version">The place in the order; 0 where the record told none.</param>
/// <param name="ReceivedAt">By the event store.</param>
/// <param name="TraceId">Of the request that caused it; null where the record told none.</param>
/// <param name="Body">The event itself.</param>
internal sealed record AuditedEvent(
    long Seq,
    long Version,
    string EventType,
    Guid EventId,
    DateTimeOffset OccurredAt,
    DateTimeOffset ReceivedAt,
    string Topic,
    int Partition,
    long Offset,
    string? TraceId,
    JsonElement Body
)
{
    public static AuditedEvent Of(KeptEvent kept) =>
        new(
            kept.Seq,
            kept.Version,
            kept.EventType,
            kept.EventId,
            kept.OccurredAt,
            kept.ReceivedAt,
            kept.Topic,
            kept.Partition,
            kept.Offset,
            kept.TraceId,
            JsonElement.Parse(kept.Body.Span)
        );

    /// <summary>The first of its aggregate's.</summary>
    public static AuditedEvent ExampleOf(DomainEvent happened) =>
        new(
            Seq: 4_711,
            Version: 1,
            happened.EventType,
            ExampleId,
            happened.OccurredAt,
            happened.OccurredAt.AddMilliseconds(35),
            happened.Topic,
            Partition: 3,
            Offset: 208,
            "4bf92f3577b34da6a3ce929d0e0e4736",
            JsonElement.Parse(EventCatalogue.Serialize(happened with { EventId = ExampleId }))
        );

    private static readonly Guid ExampleId = new("019a9f4e-2c40-7a1b-8c55-0d6f1f2b9d10");
}
