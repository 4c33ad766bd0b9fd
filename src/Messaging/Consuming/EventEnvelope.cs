using System.Text.Json;
using ConcertReservation.Contracts;

namespace ConcertReservation.Messaging;

/// <summary>
/// What every event says of itself at the top level of its body, read without its class.
/// </summary>
internal readonly record struct EventEnvelope(
    string? EventId,
    string? EventType,
    DateTimeOffset? OccurredAt
)
{
    /// <remarks>
    /// A member of a wrong type counts as absent: the others still tell whose event it is not.
    /// </remarks>
    /// <exception cref="JsonException">The body is not one JSON object.</exception>
    public static EventEnvelope Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An event is a JSON object.");

        var envelope = default(EventEnvelope);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            envelope = envelope.Take(ref reader);

        // To the very end: what follows an event makes the body something else.
        while (reader.Read()) { }

        return envelope;
    }

    private EventEnvelope Take(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("eventId"u8))
            return this with { EventId = Text(ref reader) };
        if (reader.ValueTextEquals("eventType"u8))
            return this with { EventType = Text(ref reader) };
        if (reader.ValueTextEquals("occurredAt"u8))
            return this with { OccurredAt = Time(ref reader) };

        reader.Skip();
        return this;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();

        reader.Skip();
        return null;
    }

    private static DateTimeOffset? Time(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (UtcTimeJsonConverter.TryRead(ref reader, out var time))
            return time;

        reader.Skip();
        return null;
    }
}
