using System.Text;
using System.Text.Json;
using ConcertReservation.ContractDocs;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Unit.Contracts;

/// <summary>
/// Kept JSON of every event. <c>Golden/</c> is what is sent, byte for byte; <c>Golden/java/</c> is
/// what the Java classes of existing readers read, field by field, for ever.
/// </summary>
internal sealed class GoldenEventsTests
{
    public static IEnumerable<string> Names => EventCatalogue.ByName.Keys;

    public static IEnumerable<string> JavaNames =>
        ["RESERVATION_CREATED", "PAYMENT_COMPLETED", "CONCERT_SOLD_OUT"];

    [TestCaseSource(nameof(Names))]
    public void an_event_is_sent_as_it_always_was(string name)
    {
        var sample = EventSamples.All.Single(e => e.EventType == name);

        Encoding.UTF8.GetString(EventCatalogue.Serialize(sample)).ShouldBe(Golden(name));
    }

    [TestCaseSource(nameof(Names))]
    public void todays_code_reads_an_event_of_any_day(string name)
    {
        var read = EventCatalogue.Deserialize(name, Encoding.UTF8.GetBytes(Golden(name)));

        read.EventType.ShouldBe(name);
        Encoding.UTF8.GetString(EventCatalogue.Serialize(read)).ShouldBe(Golden(name));
    }

    [TestCaseSource(nameof(JavaNames))]
    public void java_classes_find_their_fields_in_what_is_sent(string name)
    {
        using var sent = JsonDocument.Parse(Golden(name));
        using var java = JsonDocument.Parse(Golden("java/" + name));

        foreach (var field in java.RootElement.EnumerateObject())
        {
            var found = sent.RootElement.GetProperty(field.Name);
            JsonElement.DeepEquals(found, field.Value).ShouldBeTrue($"{field.Name}: {found}");
        }
    }

    [TestCaseSource(nameof(Names))]
    public void every_time_is_one_that_jackson_reads_as_local(string name)
    {
        using var sent = JsonDocument.Parse(Golden(name));

        foreach (var field in sent.RootElement.EnumerateObject().Where(f => IsTime(f.Name)))
        {
            if (field.Value.ValueKind != JsonValueKind.Null)
                field.Value.GetString()!.ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$");
        }
    }

    private static bool IsTime(string name) =>
        name is "occurredAt" or "startsAt" or "heldUntil"
        || name.EndsWith("Time", StringComparison.Ordinal);

    private static string Golden(string name) =>
        File.ReadAllText(
                Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", name + ".json")
            )
            .TrimEnd('\n');
}
