using System.Diagnostics;
using ConcertReservation.Contracts;

namespace ConcertReservation.Messaging;

/// <summary>An event on its way to Kafka: what becomes key, headers and value.</summary>
public sealed record OutboxRow(
    string Topic,
    string Key,
    Guid EventId,
    string EventType,
    long Version,
    DateTimeOffset OccurredAt,
    string Module,
    string? TraceParent,
    byte[] Body
)
{
    /// <summary>
    /// Below the broker's 1 MB with room for headers: the relay never meets one it cannot send.
    /// </summary>
    public const int MaxBodyBytes = 900 * 1024;

    /// <exception cref="ArgumentException">The event is over 900 KB, or has no version.</exception>
    public static OutboxRow From(DomainEvent domainEvent) =>
        From(domainEvent, Activity.Current?.Id ?? NewTrace(domainEvent));

    /// <param name="traceParent">Of the request that caused it.</param>
    /// <exception cref="ArgumentException">The event is over 900 KB, or has no version.</exception>
    public static OutboxRow From(DomainEvent domainEvent, string? traceParent)
    {
        if (domainEvent.Version < 1)
            throw new ArgumentException(
                $"{domainEvent.EventType} has no version.",
                nameof(domainEvent)
            );

        var body = EventCatalogue.Serialize(domainEvent);
        if (body.Length > MaxBodyBytes)
        {
            throw new ArgumentException(
                $"{domainEvent.EventType} {domainEvent.Key} has {body.Length} bytes; "
                    + $"at most {MaxBodyBytes} can be sent.",
                nameof(domainEvent)
            );
        }

        return new OutboxRow(
            domainEvent.Topic,
            domainEvent.Key,
            domainEvent.EventId,
            domainEvent.EventType,
            domainEvent.Version,
            domainEvent.OccurredAt,
            domainEvent.Module,
            traceParent,
            body
        );
    }

    /// <summary>
    /// What no request caused begins a trace of its own, so that all it leads to has one; whether
    /// it is recorded the sampler decides, as for requests.
    /// </summary>
    private static string NewTrace(DomainEvent domainEvent)
    {
        using var root = MessagingTelemetry.Activities.StartActivity(
            $"{domainEvent.EventType} by itself"
        );
        return root?.Id
            ?? $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";
    }
}
