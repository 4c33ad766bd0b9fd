using System.Text;
using System.Text.Json.Nodes;
using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>
/// What was published holds: events that were written then are read today, and readers of then read
/// what is written today.
/// </summary>
[Parallelizable]
internal sealed class PublishedContractTests
{
    private static readonly JsonNode Today = Contract.Document();

    private static readonly IReadOnlyList<PublishedContract> All = ContractFiles
        .Around(AppContext.BaseDirectory)
        .AllPublished();

    [Test]
    public void there_is_a_published_contract_and_none_newer_than_the_code()
    {
        All.ShouldNotBeEmpty();
        All[^1].Version.ShouldBeLessThanOrEqualTo(Version.Parse(Contract.Version));
    }

    [TestCaseSource(nameof(All))]
    public void nothing_breaks(PublishedContract published) =>
        ContractChanges.Between(published.Document, Today).Breaks.ShouldBeEmpty();

    [TestCaseSource(nameof(All))]
    public void what_is_new_has_a_new_version(PublishedContract published)
    {
        if (published.Version == Version.Parse(Contract.Version))
        {
            ContractChanges
                .Between(published.Document, Today)
                .Additions.ShouldBeEmpty("Raise the version in Contract.cs.");
        }
    }

    [TestCaseSource(nameof(All))]
    public void todays_code_reads_the_events_of_then(PublishedContract published) =>
        UnreadableToday(published.Document).ShouldBeEmpty();

    [TestCaseSource(nameof(All))]
    public void readers_of_then_read_the_events_of_today(PublishedContract published) =>
        UnreadableThen(published.Document).ShouldBeEmpty();

    [Test]
    public void an_event_of_then_that_is_unreadable_today_is_noticed()
    {
        var published = Today.DeepClone();
        Example(published, "CONCERT_SOLD_OUT").Remove("soldOutTime");
        Example(published, "PAYMENT_FAILED")["amount"] = "three";
        Example(published, "PAYMENT_REFUNDED")["currency"] = "KRW";

        var faults = UnreadableToday(published);

        faults.ShouldContain(f => f.StartsWith("CONCERT_SOLD_OUT: ", StringComparison.Ordinal));
        faults.ShouldContain(f => f.StartsWith("PAYMENT_FAILED: ", StringComparison.Ordinal));
        faults.ShouldContain("PAYMENT_REFUNDED: currency is lost");
    }

    [Test]
    public void an_event_of_today_that_was_unreadable_then_is_noticed()
    {
        var published = Today.DeepClone();
        published.At("/components/schemas/PaymentFailed/required").AsArray().Add("currency");
        published.At("/components/schemas/PaymentRefunded")["additionalProperties"] = false;

        var faults = UnreadableThen(published);

        faults.ShouldContain(f => f.Contains("'currency' is a required", StringComparison.Ordinal));
        faults.ShouldContain(f => f.Contains("laterField", StringComparison.Ordinal));
    }

    /// <summary>The published examples, read by today's code and by today's schema.</summary>
    private static IReadOnlyList<string> UnreadableToday(JsonNode published)
    {
        var faults = new List<string>();
        var checks = new List<SchemaCheck>();
        foreach (var name in Names(published))
        {
            var body = Example(published, name);
            checks.Add(new SchemaCheck(name, Today, Payload(name), body));
            try
            {
                var json = Encoding.UTF8.GetBytes(body.ToJsonString());
                var read = EventCatalogue.Deserialize(name, json);
                var again = JsonNode.Parse(EventCatalogue.Serialize(read))!;
                faults.AddRange(
                    body.Where(f => !JsonNode.DeepEquals(f.Value, again[f.Key]))
                        .Select(f => $"{name}: {f.Key} is lost")
                );
            }
            catch (System.Text.Json.JsonException e)
            {
                faults.Add($"{name}: {e.Message}");
            }
        }

        return [.. faults, .. JsonSchemas.Faults(checks)];
    }

    /// <summary>
    /// Today's events by the schema of then, also with a field that comes only tomorrow.
    /// </summary>
    private static IReadOnlyList<string> UnreadableThen(JsonNode published)
    {
        var names = Names(published).ToHashSet(StringComparer.Ordinal);
        var checks =
            from sample in EventSamples.All
            where names.Contains(sample.EventType)
            let body = JsonNode.Parse(EventCatalogue.Serialize(sample))!
            from written in (JsonNode[])[body, WithLaterField(body)]
            select new SchemaCheck(sample.EventType, published, Payload(sample.EventType), written);
        return JsonSchemas.Faults(checks);
    }

    private static JsonNode WithLaterField(JsonNode body)
    {
        var later = body.DeepClone();
        later["laterField"] = new JsonObject { ["inside"] = 1 };
        return later;
    }

    private static string Payload(string name) => $"#/components/messages/{name}/payload";

    private static IEnumerable<string> Names(JsonNode contract) =>
        contract
            .At("/components/messages")
            .AsObject()
            .Where(m => m.Value!["payload"] is not null)
            .Select(m => m.Key);

    private static JsonObject Example(JsonNode contract, string name) =>
        contract.At($"/components/messages/{name}")["examples"]![0]!["payload"]!.AsObject();
}
