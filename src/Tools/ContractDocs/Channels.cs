using System.Text.Json.Nodes;
using ConcertReservation.Contracts;

namespace ConcertReservation.ContractDocs;

/// <summary>The topics, and those of their dead letters.</summary>
internal static class Channels
{
    public const string DeadLetter = "DEAD_LETTER";

    /// <summary>In production; other environments have fewer brokers.</summary>
    private const int Replicas = 3;

    /// <inheritdoc cref="Replicas"/>
    private const int MinInSyncReplicas = 2;

    public static JsonObject Of(IReadOnlyList<EventFacts> events)
    {
        var channels = new JsonObject();
        foreach (var topic in Topics.Partitions.Keys)
        {
            var facts = events.Where(e => e.Topic == topic).ToArray();
            channels[topic] = Channel(topic, facts);
        }

        foreach (var topic in Topics.Partitions.Keys)
            channels[Topics.DeadLetters(topic)] = DeadLetters(topic);
        return channels;
    }

    private static JsonObject Channel(string topic, IReadOnlyList<EventFacts> events) =>
        new()
        {
            ["address"] = topic,
            ["title"] = topic,
            ["description"] = DocComments.Of(events[0].Type.BaseType!),
            ["messages"] = new JsonObject(
                events.Select(e =>
                    KeyValuePair.Create(e.EventType, (JsonNode?)Message(e.EventType))
                )
            ),
            ["bindings"] = Binding(topic, Topics.Retention, []),
        };

    private static JsonObject DeadLetters(string topic) =>
        new()
        {
            ["address"] = Topics.DeadLetters(topic),
            ["title"] = Topics.DeadLetters(topic),
            ["description"] =
                $"Records of {topic} that a group gave up, in the partition of the same number. "
                + "Groups of other teams may write theirs here, too.",
            ["messages"] = new JsonObject { [DeadLetter] = Message(DeadLetter) },
            ["bindings"] = Binding(
                topic,
                Topics.DeadLetterRetention,
                [new("max.message.bytes", Topics.DeadLetterMaxBytes)]
            ),
        };

    private static JsonObject Message(string name) =>
        Contract.Reference("#/components/messages/" + name);

    private static JsonObject Binding(
        string topic,
        TimeSpan retention,
        KeyValuePair<string, JsonNode?>[] more
    ) =>
        Contract.Kafka(
            new JsonObject
            {
                ["partitions"] = Topics.Partitions[topic],
                ["replicas"] = Replicas,
                ["topicConfiguration"] = new JsonObject([
                    new("retention.ms", (long)retention.TotalMilliseconds),
                    new("retention.bytes", Topics.RetentionBytes),
                    new("min.insync.replicas", MinInSyncReplicas),
                    .. more,
                ]),
            }
        );
}
