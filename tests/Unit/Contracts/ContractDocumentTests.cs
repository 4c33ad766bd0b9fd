using System.Globalization;
using System.Text.Json.Nodes;
using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary><c>docs/asyncapi.yaml</c> is AsyncAPI 3.0, and says what the code says.</summary>
[Parallelizable]
internal sealed class ContractDocumentTests
{
    private static readonly ContractFiles Files = ContractFiles.Around(AppContext.BaseDirectory);
    private static readonly JsonNode Document = Yaml.Read(File.ReadAllText(Files.Current));

    private static readonly JsonNode AsyncApi = JsonNode.Parse(
        File.ReadAllText(
            Path.Combine(Files.Root, "tests/Unit/Contracts/AsyncApi/asyncapi-3.0.0.json")
        )
    )!;

    [Test]
    public void the_file_is_what_the_code_says() =>
        File.ReadAllText(Files.Current)
            .ShouldBe(
                ContractFiles.Text(Contract.Document()),
                $"The events have changed: run {ContractFiles.Command}, and commit what it writes."
            );

    [Test]
    public void the_file_is_valid_by_the_official_schema() =>
        JsonSchemas
            .Faults(new SchemaCheck("asyncapi.yaml", AsyncApi, null, Document))
            .ShouldBeEmpty();

    [TestCase("/asyncapi", "'2.6.0'")]
    [TestCase("/channels/user-events/bindings/kafka/partitions", "'three'")]
    [TestCase("/operations/publish-user-events/action", "publish")]
    [TestCase("/components/messages/USER_SIGNED_UP/bindings/kafka", "{ keys: {} }")]
    [TestCase("/components/schemas/UserSignedUp/type", "record")]
    public void the_official_schema_catches(string pointer, string wrong)
    {
        var document = Document.DeepClone();
        document.At(Parent(pointer))[Last(pointer)] = Yaml.Read(wrong);

        JsonSchemas.Faults(new SchemaCheck("wrong", AsyncApi, null, document)).ShouldNotBeEmpty();
    }

    [Test]
    public void every_reference_leads_somewhere()
    {
        var references = References(Document).ToArray();

        references.Length.ShouldBeGreaterThan(50);
        foreach (var pointer in references)
            Document.At(pointer[1..]).ShouldNotBeNull(pointer);
    }

    [Test]
    public void every_event_has_its_topic_its_key_and_an_example()
    {
        foreach (var (name, description) in EventCatalogue.ByName)
        {
            var message = Document.At($"/components/messages/{name}");
            Document
                .At($"/channels/{description.Topic}/messages")
                .AsObject()
                .ShouldContainKey(name);
            var examples = message["examples"]!.AsArray();
            examples.ShouldNotBeEmpty(name);
            var key = message.At("/bindings/kafka/key/pattern").GetValue<string>();
            var sample = EventSamples.All.First(e => e.EventType == name);
            sample.Key.ShouldMatch(key);
            $"x{sample.Key}".ShouldNotMatch(key);
        }
    }

    [Test]
    public void every_published_contract_is_valid_too()
    {
        var published = Files.AllPublished();

        published.ShouldNotBeEmpty();
        JsonSchemas
            .Faults([.. published.Select(p => new SchemaCheck($"{p}", AsyncApi, null, p.Document))])
            .ShouldBeEmpty();
    }

    private static IEnumerable<string> References(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(m =>
                m.Key == "$ref" ? [m.Value!.GetValue<string>()] : References(m.Value)
            ),
            JsonArray items => items.SelectMany(References),
            _ => [],
        };

    private static string Parent(string pointer) => pointer[..pointer.LastIndexOf('/')];

    private static string Last(string pointer) => pointer[(pointer.LastIndexOf('/') + 1)..];
}

internal static class JsonPointers
{
    /// <summary>What is at <c>/a/b</c>; fails where nothing is.</summary>
    public static JsonNode At(this JsonNode node, string pointer) =>
        pointer
            .Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(
                node,
                (at, name) =>
                    (
                        at is JsonArray items
                            ? items[int.Parse(name, CultureInfo.InvariantCulture)]
                            : at[name]
                    ) ?? throw new KeyNotFoundException(pointer)
            );
}
