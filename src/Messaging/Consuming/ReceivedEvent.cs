namespace ConcertReservation.Messaging;

/// <summary>What a record turned out to be; exactly one way to treat it follows.</summary>
internal enum Reading
{
    /// <summary>The group has consumers for it.</summary>
    Event,

    /// <summary>A known type that no consumer of the group asks for.</summary>
    NotForUs,

    /// <summary>A type that the catalogue does not know: a newer system's, or another's.</summary>
    UnknownType,

    /// <summary>No event at all, whatever is tried: dead letter at once.</summary>
    Malformed,
}

/// <summary>A record and, where it is one, the event in it.</summary>
/// <param name="EventId">Empty where the record does not tell.</param>
/// <param name="Event">null where it is none, or nobody asks for it.</param>
/// <param name="Fault">Why it is malformed.</param>
internal sealed record ReceivedEvent(
    KafkaRecord Record,
    Reading Reading,
    string? EventType,
    Guid EventId,
    AnyEvent? Event,
    MalformedEventException? Fault
);

/// <summary>The record is no event that anybody could apply.</summary>
internal sealed class MalformedEventException(string message, Exception? cause = null)
    : Exception(message, cause);
