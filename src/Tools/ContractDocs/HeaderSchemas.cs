using System.Text.Json.Nodes;
using ConcertReservation.Contracts;

namespace ConcertReservation.ContractDocs;

/// <summary>
/// The headers of a record: those of an event, as CloudEvents 1.0 has them in Kafka's binary mode,
/// and those that a dead letter has besides.
/// </summary>
internal static class HeaderSchemas
{
    public const string Event = "EventHeaders";
    public const string DeadLetter = "DeadLetterHeaders";

    private const string TraceParentPattern = "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$";

    private static readonly (string Name, string Description, JsonObject Schema)[] OfEvents =
    [
        ("ce_specversion", "The version of CloudEvents.", Constant("1.0")),
        ("ce_id", "The event's id, as `eventId` in the value.", Text("uuid")),
        ("ce_type", "The event's name, as `eventType` in the value.", Text()),
        ("ce_source", "The module that published it.", Text("uri-reference")),
        (
            "ce_time",
            "When the fact became true, as `occurredAt` in the value.",
            EventSchemas.Time()
        ),
        ("ce_subject", "What the event is about: the record's key.", Text()),
        (
            "ce_sequence",
            "The version of what the event is about, after it: 1, 2, 3 … without a gap, "
                + "ten digits. Smaller or equal to one that was applied: a repeat.",
            Pattern("^[0-9]{10}$")
        ),
        ("ce_partitionkey", "The record's key.", Text()),
        ("content-type", "What the value is.", Constant("application/json")),
        (
            "traceparent",
            "W3C trace context of the request that caused the event, where there was one.",
            Pattern(TraceParentPattern)
        ),
    ];

    private static readonly (string Name, string Description, JsonObject Schema)[] OfDeadLetters =
    [
        ("kafka_dlt-original-topic", "Where the record was.", Text()),
        ("kafka_dlt-original-partition", "Four bytes, big-endian.", Text("binary")),
        ("kafka_dlt-original-offset", "Eight bytes, big-endian.", Text("binary")),
        (
            "kafka_dlt-original-timestamp",
            "Milliseconds since 1970: eight bytes, big-endian.",
            Text("binary")
        ),
        (
            "kafka_dlt-original-timestamp-type",
            "What the timestamp tells.",
            Choice("CreateTime", "LogAppendTime", "NoTimestampType")
        ),
        ("kafka_dlt-original-consumer-group", "The group that gave the record up.", Text()),
        ("kafka_dlt-exception-fqcn", "The exception's class.", Text()),
        ("kafka_dlt-exception-cause-fqcn", "The class of its cause.", Text()),
        ("kafka_dlt-exception-message", "Why, at most 8 KiB.", Text()),
        ("kafka_dlt-exception-stacktrace", "Where, at most 8 KiB.", Text()),
        (
            "dead-letter-omitted",
            "Only where the record is too large for the topic: what of it is left out. Everything "
                + "is value, key and headers.",
            Choice("body", "everything")
        ),
    ];

    public static JsonObject OfEvent() =>
        Object("What every event carries beside its value.", OfEvents, optional: "traceparent");

    public static JsonObject OfDeadLetter() =>
        Object(
            "What is added to the record's own headers, as Spring Kafka's "
                + "DeadLetterPublishingRecoverer does it.",
            OfDeadLetters,
            optional: "dead-letter-omitted"
        );

    /// <summary>The headers of one event.</summary>
    public static JsonObject OfEvent(EventFacts facts) =>
        new()
        {
            ["type"] = "object",
            ["allOf"] = new JsonArray(
                new JsonObject { ["$ref"] = "#/components/schemas/" + Event },
                new JsonObject
                {
                    ["properties"] = new JsonObject
                    {
                        ["ce_type"] = new JsonObject { ["const"] = facts.EventType },
                        ["ce_source"] = new JsonObject { ["const"] = facts.Source },
                        ["ce_subject"] = new JsonObject { ["pattern"] = facts.KeyPattern },
                        ["ce_partitionkey"] = new JsonObject { ["pattern"] = facts.KeyPattern },
                    },
                }
            ),
        };

    /// <summary>What a record of the event has, were it the first of its key.</summary>
    public static JsonObject Example(DomainEvent example, EventFacts facts)
    {
        var body = JsonNode.Parse(EventCatalogue.Serialize(example))!;
        return new JsonObject
        {
            ["ce_specversion"] = "1.0",
            ["ce_id"] = body["eventId"]!.DeepClone(),
            ["ce_type"] = facts.EventType,
            ["ce_source"] = facts.Source,
            ["ce_time"] = body["occurredAt"]!.DeepClone(),
            ["ce_subject"] = example.Key,
            ["ce_sequence"] = "0000000001",
            ["ce_partitionkey"] = example.Key,
            ["content-type"] = "application/json",
            ["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        };
    }

    private static JsonObject Object(
        string description,
        (string Name, string Description, JsonObject Schema)[] headers,
        string? optional = null
    )
    {
        var properties = new JsonObject();
        foreach (var (name, text, schema) in headers)
        {
            var property = schema.DeepClone().AsObject();
            property.Insert(0, "description", text);
            properties[name] = property;
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = description,
            ["required"] = new JsonArray([
                .. headers.Where(h => h.Name != optional).Select(h => JsonValue.Create(h.Name)),
            ]),
            ["properties"] = properties,
            ["additionalProperties"] = true,
        };
    }

    private static JsonObject Text(string? format = null) =>
        format is null
            ? new JsonObject { ["type"] = "string" }
            : new JsonObject { ["type"] = "string", ["format"] = format };

    private static JsonObject Constant(string value) =>
        new() { ["type"] = "string", ["const"] = value };

    private static JsonObject Choice(params string[] values) =>
        new()
        {
            ["type"] = "string",
            ["enum"] = new JsonArray([.. values.Select(v => JsonValue.Create(v))]),
        };

    private static JsonObject Pattern(string pattern) =>
        new() { ["type"] = "string", ["pattern"] = pattern };
}
