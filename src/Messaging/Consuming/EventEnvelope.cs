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
    /// <exception cref="JsonException">The body is not one JSON object, or a member has a wrong
    /// type.</exception>
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
            return this with { EventId = Text(ref reader, "eventId") };
        if (reader.ValueTextEquals("eventType"u8))
            return this with { EventType = Text(ref reader, "eventType") };
        if (!reader.ValueTextEquals("occurredAt"u8))
        {
            reader.Skip();
            return this;
        }

        reader.Read();
        return UtcTimeJsonConverter.TryRead(ref reader, out var time)
            ? this with
            {
                OccurredAt = time,
            }
            : throw new JsonException("occurredAt is no ISO 8601 time.");
    }

    private static string Text(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String
            ? reader.GetString()!
            : throw new JsonException($"{name} is no text.");
    }
}
