using System.Globalization;
using System.Text.Json.Nodes;
using static ConcertReservation.ContractDocs.SchemaComparison;

namespace ConcertReservation.ContractDocs;

/// <summary>What a later contract has changed.</summary>
/// <param name="Breaks">
/// What a reader of the earlier one could stumble over, or what could make events of then
/// unreadable today.
/// </param>
/// <param name="Additions">What readers of the earlier one pass over.</param>
internal sealed record ContractChanges(
    IReadOnlyList<string> Breaks,
    IReadOnlyList<string> Additions
)
{
    public bool IsEmpty => Breaks.Count == 0 && Additions.Count == 0;

    public static ContractChanges Between(JsonNode earlier, JsonNode later)
    {
        var comparison = new ContractComparison(earlier, later);
        comparison.CompareChannels();
        comparison.CompareMessages();
        return new ContractChanges(comparison.Breaks, comparison.Additions);
    }
}

/// <summary>Compares topics and events of two contracts, and leaves schemas to another.</summary>
internal sealed class ContractComparison(JsonNode earlier, JsonNode later)
{
    public List<string> Breaks { get; } = [];

    public List<string> Additions { get; } = [];

    public void CompareChannels()
    {
        foreach (var (name, was, now) in Pairs("channels"))
        {
            var topic = $"topic {name}";
            if (now is null)
                Breaks.Add($"{topic} is gone");
            else if (was is null)
                Additions.Add($"{topic} is new");
            else
                CompareChannel(topic, was, now);
        }
    }

    public void CompareMessages()
    {
        var components = (Earlier: earlier["components"]!, Later: later["components"]!);
        foreach (
            var (name, was, now) in Pairs(
                components.Earlier["messages"]!,
                components.Later["messages"]!
            )
        )
        {
            if (now is null)
                Breaks.Add($"event {name} is gone");
            else if (was is null)
                Additions.Add($"event {name} is new");
            else
                CompareMessage(name, was, now);
        }
    }

    /// <summary>
    /// Fewer or more partitions put a key elsewhere, and its order is lost; records that are kept
    /// shorter are gone before somebody has read them.
    /// </summary>
    private void CompareChannel(string topic, JsonNode was, JsonNode now)
    {
        Same($"{topic}: address", was["address"], now["address"]);
        var (wasKafka, nowKafka) = (was["bindings"]!["kafka"]!, now["bindings"]!["kafka"]!);
        Same($"{topic}: partitions", wasKafka["partitions"], nowKafka["partitions"]);
        foreach (var name in (string[])["retention.ms", "retention.bytes"])
        {
            var (longer, shorter) = (Setting(wasKafka, name), Setting(nowKafka, name));
            if (shorter < longer)
                Breaks.Add($"{topic}: {name} was {longer} and is {shorter}");
        }

        foreach (var (name, _) in was["messages"]!.AsObject())
        {
            if (now["messages"]![name] is null)
                Breaks.Add($"{topic}: {name} is not published there any more");
        }

        static decimal Setting(JsonNode kafka, string name) =>
            decimal.Parse(
                Text(kafka["topicConfiguration"]?[name] ?? 0),
                CultureInfo.InvariantCulture
            );
    }

    private void CompareMessage(string name, JsonNode was, JsonNode now)
    {
        Same($"{name}: content type", was["contentType"], now["contentType"]);
        var schemas = new SchemaComparison(earlier, later, Breaks, Additions);
        schemas.Compare($"{name}: key", KeyOf(was), KeyOf(now));
        schemas.Compare($"{name}: headers", was["headers"], now["headers"]);
        schemas.Compare(name, was["payload"], now["payload"]);

        static JsonNode? KeyOf(JsonNode message) => message["bindings"]?["kafka"]?["key"];
    }

    private void Same(string what, JsonNode? was, JsonNode? now)
    {
        if (!JsonNode.DeepEquals(was, now))
            Breaks.Add($"{what} was {Text(was)} and is {Text(now)}");
    }

    private IEnumerable<(string Name, JsonNode? Was, JsonNode? Now)> Pairs(string member) =>
        Pairs(earlier[member]!, later[member]!);

    private static IEnumerable<(string Name, JsonNode? Was, JsonNode? Now)> Pairs(
        JsonNode was,
        JsonNode now
    ) =>
        was.AsObject()
            .Select(m => m.Key)
            .Union(now.AsObject().Select(m => m.Key), StringComparer.Ordinal)
            .Select(name => (name, was[name], now[name]));
}
