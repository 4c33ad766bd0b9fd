using System.Text.Json.Nodes;

namespace ConcertReservation.ContractDocs;

/// <summary>
/// Compares two JSON Schemas for readers in both directions: those of the earlier one get events of
/// today, and today's get events that were kept. So what is there stays exactly as it is, and only
/// optional fields are added.
/// </summary>
internal sealed class SchemaComparison(
    JsonNode earlier,
    JsonNode later,
    List<string> breaks,
    List<string> additions
)
{
    /// <summary>Told to people, not to validators.</summary>
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "description",
        "title",
        "examples",
    };

    public void Compare(string path, JsonNode? was, JsonNode? now)
    {
        var (wasSchema, nowSchema) = (Resolve(earlier, was), Resolve(later, now));
        foreach (var keyword in Keywords(wasSchema).Union(Keywords(nowSchema)))
        {
            var (before, after) = (wasSchema?[keyword], nowSchema?[keyword]);
            switch (keyword)
            {
                case "properties":
                    CompareFields(path, wasSchema, nowSchema);
                    break;
                case "required":
                    CompareRequired(path, wasSchema, nowSchema);
                    break;
                case "items" when before is not null && after is not null:
                    Compare(path + "[]", before, after);
                    break;
                case "allOf" when before?.AsArray().Count == after?.AsArray().Count:
                    foreach (var (b, a) in before!.AsArray().Zip(after!.AsArray()))
                        Compare(path, b, a);
                    break;
                default:
                    if (!JsonNode.DeepEquals(before, after))
                        breaks.Add($"{path}: {keyword} was {Text(before)} and is {Text(after)}");
                    break;
            }
        }
    }

    public static string Text(JsonNode? node) => node?.ToJsonString() ?? "absent";

    private static IEnumerable<string> Keywords(JsonObject? schema) =>
        schema?.Select(m => m.Key).Where(k => !Words.Contains(k)) ?? [];

    private void CompareFields(string path, JsonObject? was, JsonObject? now)
    {
        var (before, after) = (Fields(was), Fields(now));
        foreach (var (name, schema) in before)
        {
            if (after.TryGetValue(name, out var today))
                Compare($"{path}.{name}", schema, today);
            else
                breaks.Add($"{path}.{name} is gone");
        }

        // One that is required is told by the comparison of what is required.
        foreach (var name in after.Keys.Except(before.Keys).Except(Required(now)))
            additions.Add($"{path}.{name} is new");
    }

    private void CompareRequired(string path, JsonObject? was, JsonObject? now)
    {
        var (before, after) = (Required(was), Required(now));
        foreach (var name in before.Except(after).Where(Fields(now).ContainsKey))
            breaks.Add($"{path}.{name} may be missing, and readers rely on it");
        foreach (var name in after.Except(before))
            breaks.Add($"{path}.{name} is required, and kept events may not have it");
    }

    private static Dictionary<string, JsonNode?> Fields(JsonObject? schema) =>
        schema?["properties"]?.AsObject().ToDictionary(m => m.Key, m => m.Value) ?? [];

    private static HashSet<string> Required(JsonObject? schema) =>
        schema?["required"]?.AsArray().Select(n => n!.GetValue<string>()).ToHashSet() ?? [];

    /// <summary>Follows references within the document.</summary>
    private static JsonObject? Resolve(JsonNode document, JsonNode? schema)
    {
        while (schema?["$ref"]?.GetValue<string>() is { } pointer)
        {
            schema = pointer
                .Split('/')
                .Skip(1)
                .Aggregate(document, (node, name) => node[name] ?? throw Dangling(pointer));
        }

        return schema?.AsObject();

        static InvalidOperationException Dangling(string pointer) =>
            new($"{pointer} leads nowhere.");
    }
}
