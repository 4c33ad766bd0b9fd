using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.Contracts;
using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// Makes an event of a record: headers first, the body's own envelope where they are absent. Strict
/// where a guess could apply an event twice or wrongly, such as an event without an id of its own.
/// </summary>
internal sealed class EventReader(GroupRoutes routes, string incarnation)
{
    private const int MaxTypeLength = 200;

    /// <summary>The end of the year 9999: producers may claim any time.</summary>
    private const long LatestUnixMs = 253_402_300_799_999;

    /// <param name="topic">Without the prefix.</param>
    public ReceivedEvent Read(string topic, ConsumeResult<byte[], byte[]> result)
    {
        var record = ToRecord(topic, result);
        string? type = null;
        var id = Guid.Empty;
        try
        {
            var body = record.Body.Span;
            type = TextHeader(record, "ce_type");
            if (type is not null && routes.IsUnwanted(type, out var reading))
                return new ReceivedEvent(record, reading, type, id, null, null);

            if (body.IsEmpty)
                throw new MalformedEventException("The record has no body.");
            if (record.Version < 0)
                throw new MalformedEventException("The header ce_sequence is no number.");
            if (!Utf8.IsValid(body))
                throw new MalformedEventException("The body is not UTF-8.");
            if (JsonText.HasHalfACharacter(body))
                throw new MalformedEventException("A text in the body has half a character.");

            var envelope = EventEnvelope.Read(body);
            type = Agree("eventType", type, envelope.EventType);
            if (routes.IsUnwanted(type, out reading))
                return new ReceivedEvent(record, reading, type, id, null, null);

            id = Id(TextHeader(record, "ce_id"), envelope.EventId);
            var known = EventCatalogue.ByName.ContainsKey(type)
                ? EventCatalogue.Deserialize(type, body)
                : null;
            var occurredAt =
                envelope.OccurredAt
                ?? throw new MalformedEventException("The body has no occurredAt that is a time.");
            var any = new AnyEvent(record, id, type, occurredAt, known);
            return new ReceivedEvent(record, Reading.Event, type, id, any, null);
        }
        catch (Exception e)
            when (e
                    is MalformedEventException
                        or JsonException
                        or ArgumentException
                        or InvalidOperationException
            )
        {
            // Another system's record need not be an event as ours are: it is counted, and passed.
            if (type is not null && !EventCatalogue.ByName.ContainsKey(type))
                return new ReceivedEvent(record, Reading.UnknownType, type, id, null, null);

            var fault =
                e as MalformedEventException ?? new MalformedEventException(Describe(type, e), e);
            return new ReceivedEvent(record, Reading.Malformed, type, id, null, fault);
        }
    }

    private KafkaRecord ToRecord(string topic, ConsumeResult<byte[], byte[]> result)
    {
        var message = result.Message;
        var headers = new KeyValuePair<string, byte[]?>[message.Headers?.Count ?? 0];
        for (var i = 0; i < headers.Length; i++)
        {
            var header = message.Headers![i];
            headers[i] = new(header.Key, header.GetValueBytes());
        }

        return new KafkaRecord(
            incarnation,
            topic,
            result.Partition.Value,
            result.Offset.Value,
            message.Key is { } key ? Encoding.UTF8.GetString(key) : "",
            Version(headers),
            DateTimeOffset.FromUnixTimeMilliseconds(
                Math.Clamp(message.Timestamp.UnixTimestampMs, 0, LatestUnixMs)
            ),
            headers,
            message.Value
        )
        {
            KeyBytes = message.Key,
            TimestampMilliseconds = message.Timestamp.UnixTimestampMs,
            TimestampType = message.Timestamp.Type,
            HasBody = message.Value is not null,
        };
    }

    private static string? TextHeader(KafkaRecord record, string name)
    {
        var bytes = RecordHeaders.Last(record.Headers, name);
        if (bytes is null || bytes.Length == 0)
            return null;

        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new MalformedEventException($"The header {name} is not UTF-8.");
    }

    /// <returns>0 where there is none, -1 where it is no number.</returns>
    private static long Version(IReadOnlyList<KeyValuePair<string, byte[]?>> headers)
    {
        var text = RecordHeaders.Last(headers, "ce_sequence");
        if (text is null || text.Length == 0)
            return 0;

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : -1;
    }

    private static Guid Id(string? header, string? inBody)
    {
        var text = Agree("eventId", header, inBody, StringComparison.OrdinalIgnoreCase);
        return Guid.TryParseExact(text, "D", out var id) && id != Guid.Empty
            ? id
            : throw new MalformedEventException("The eventId is no UUID.");
    }

    /// <summary>
    /// The body repeats what the headers say; a body that says otherwise says nothing reliable.
    /// </summary>
    private static string Agree(
        string name,
        string? header,
        string? inBody,
        StringComparison comparison = StringComparison.Ordinal
    )
    {
        if (inBody is null)
            throw new MalformedEventException($"The body has no {name} that is a text.");
        if (header is not null && !string.Equals(header, inBody, comparison))
            throw new MalformedEventException($"Header and body differ in {name}.");
        return inBody.Length <= MaxTypeLength
            ? inBody
            : throw new MalformedEventException($"The {name} is too long.");
    }

    private static string Describe(string? type, Exception e) =>
        $"The body is no {type ?? "event"}: {e.Message}";
}
