using System.Text.Json.Nodes;
using ConcertReservation.Contracts;

namespace ConcertReservation.ContractDocs;

/// <summary>What ConcertReservation does with the topics: who publishes, who reads.</summary>
internal static class Operations
{
    public static JsonObject All()
    {
        var operations = new JsonObject();
        foreach (var topic in Topics.Partitions.Keys)
            operations[$"publish-{topic}"] = Publish(topic);
        foreach (var topic in Topics.Partitions.Keys)
            operations[$"publish-{Topics.DeadLetters(topic)}"] = PublishDeadLetters(topic);
        foreach (var group in GroupCatalogue.All)
        {
            foreach (var topic in group.Topics)
                operations[$"{group.Name}-reads-{topic}"] = Read(group, topic);
        }

        return operations;
    }

    private static JsonObject Publish(string topic) =>
        new()
        {
            ["action"] = "send",
            ["channel"] = Channel(topic),
            ["summary"] = "The relay publishes, in order, what transactions left in the outbox.",
            ["messages"] = Messages(
                topic,
                EventFacts.All.Where(e => e.Topic == topic).Select(e => e.EventType)
            ),
        };

    private static JsonObject PublishDeadLetters(string topic) =>
        new()
        {
            ["action"] = "send",
            ["channel"] = Channel(Topics.DeadLetters(topic)),
            ["summary"] = $"A group of ours gives a record of {topic} up.",
            ["messages"] = Messages(Topics.DeadLetters(topic), [Channels.DeadLetter]),
        };

    private static JsonObject Read(GroupDescription group, string topic) =>
        new()
        {
            ["action"] = "receive",
            ["channel"] = Channel(topic),
            ["summary"] = group.Purpose,
            ["bindings"] = Contract.Kafka(
                new JsonObject
                {
                    ["groupId"] = new JsonObject { ["type"] = "string", ["const"] = group.Name },
                }
            ),
            ["messages"] = Messages(
                topic,
                group.Events.Where(e => EventCatalogue.ByName[e].Topic == topic)
            ),
        };

    private static JsonObject Channel(string topic) => Contract.Reference("#/channels/" + topic);

    private static JsonArray Messages(string topic, IEnumerable<string> names) =>
        new([.. names.Select(n => Contract.Reference($"#/channels/{topic}/messages/{n}"))]);
}
