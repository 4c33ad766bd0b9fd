using System.Text.Json.Nodes;
using ConcertReservation.Contracts;

namespace ConcertReservation.ContractDocs;

/// <summary>
/// The AsyncAPI 3.0 document of the events: what other teams build on, and nothing that they need
/// not know.
/// </summary>
internal static class Contract
{
    /// <summary>
    /// Raised with what readers may notice: the second number for a new field or event, the first
    /// never, since a break is a new event type beside the old one.
    /// </summary>
    public const string Version = "1.1.0";

    private const string BindingVersion = "0.5.0";

    public static JsonObject Document()
    {
        var schemas = new EventSchemas();
        foreach (var facts in EventFacts.All)
            schemas.Add(facts.Type);
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = Info(),
            ["defaultContentType"] = "application/json",
            ["servers"] = Servers(),
            ["channels"] = Channels.Of(EventFacts.All),
            ["operations"] = Operations.All(),
            ["components"] = new JsonObject
            {
                ["messages"] = Messages(),
                ["schemas"] = new JsonObject([
                    .. schemas.ByName.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value)),
                    new(HeaderSchemas.Event, HeaderSchemas.OfEvent()),
                    new(HeaderSchemas.DeadLetter, HeaderSchemas.OfDeadLetter()),
                ]),
            },
        };
    }

    /// <summary>A binding of Kafka with its members.</summary>
    public static JsonObject Kafka(JsonObject binding)
    {
        binding["bindingVersion"] = BindingVersion;
        return new JsonObject { ["kafka"] = binding };
    }

    public static JsonObject Reference(string pointer) => new() { ["$ref"] = pointer };

    private static JsonObject Info() =>
        new()
        {
            ["title"] = "ConcertReservation events",
            ["version"] = Version,
            ["description"] =
                "What happens to customers, concerts, reservations and payments, as Kafka records "
                + "that are CloudEvents 1.0 in binary mode: the value is the event, headers carry "
                + "its envelope. Events of one key keep their order; each comes at least once. "
                + "New fields and new event types may come at any time, and readers pass over what "
                + "they do not know; nothing else changes. docs/events.md tells how to read them, "
                + "with a worked consumer for Spring and for .NET.",
        };

    private static JsonObject Servers() =>
        new()
        {
            ["development"] = new JsonObject
            {
                ["host"] = "localhost:19092",
                ["protocol"] = "kafka",
                ["description"] =
                    "A broker of docker-compose.kafka.yaml. `./run` writes the addresses of its "
                    + "own to `.local/run/run.json`.",
            },
            ["production"] = new JsonObject
            {
                ["host"] = "{bootstrapServers}",
                ["protocol"] = "kafka-secure",
                ["description"] = "As the operator tells, with TLS and a user name of your team.",
                ["variables"] = new JsonObject
                {
                    ["bootstrapServers"] = new JsonObject
                    {
                        ["description"] = "Host and port of some brokers, separated by commas.",
                    },
                },
            },
        };

    private static JsonObject Messages()
    {
        var messages = new JsonObject();
        foreach (var facts in EventFacts.All)
            messages[facts.EventType] = Message(facts);
        messages[Channels.DeadLetter] = DeadLetter();
        return messages;
    }

    private static JsonObject Message(EventFacts facts) =>
        new()
        {
            ["name"] = facts.EventType,
            ["summary"] = DocComments.Of(facts.Type),
            ["contentType"] = "application/json",
            ["headers"] = HeaderSchemas.OfEvent(facts),
            ["payload"] = Reference(EventSchemas.Pointer(facts.Type)),
            ["bindings"] = Kafka(
                new JsonObject
                {
                    ["key"] = new JsonObject
                    {
                        ["description"] = $"`{facts.KeyPrefix}{{{facts.IdField}}}`",
                        ["type"] = "string",
                        ["pattern"] = facts.KeyPattern,
                    },
                }
            ),
            ["examples"] = new JsonArray([
                .. EventSamples
                    .All.Where(e => e.EventType == facts.EventType)
                    .Select(e => Example(e, facts)),
            ]),
        };

    private static JsonObject Example(DomainEvent example, EventFacts facts) =>
        new()
        {
            ["headers"] = HeaderSchemas.Example(example, facts),
            ["payload"] = JsonNode.Parse(EventCatalogue.Serialize(example)),
        };

    /// <summary>Of any record, so there is no schema of its value.</summary>
    private static JsonObject DeadLetter() =>
        new()
        {
            ["name"] = Channels.DeadLetter,
            ["summary"] = "A record that a group of consumers gave up.",
            ["description"] =
                "Key, value and headers as received, which may be no event at all, and headers "
                + "that tell where it was, which group gave it up, and why.",
            ["contentType"] = "application/octet-stream",
            ["headers"] = Reference("#/components/schemas/" + HeaderSchemas.DeadLetter),
        };
}
