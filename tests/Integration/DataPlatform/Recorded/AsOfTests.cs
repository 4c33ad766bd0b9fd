using System.Net;
using System.Text.Json.Nodes;
using ConcertReservation.Contracts;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>The audit trail says of every time what was recorded then.</summary>
internal sealed class AsOfTests
{
    [Test]
    public async Task as_of_each_step_everything_is_told_as_it_was()
    {
        var everything = Recording.Sale.Steps[^1].Things.Keys.ToList();
        var compared = 0;
        foreach (var (step, time, things) in Recording.Sale.Steps)
        {
            foreach (var thing in everything)
            {
                var path = $"/api/audit/{thing}?asOf={time.UtcDateTime:O}";
                await ShouldTellAsync(path, things.GetValueOrDefault(thing), $"{thing} {step}");
                compared++;
            }
        }

        compared.ShouldBeGreaterThan(100);
    }

    [Test]
    public async Task as_of_now_everything_is_told_as_it_is()
    {
        foreach (var (thing, live) in await LiveTables.ReadAsync(Recording.System.Database))
            await ShouldTellAsync($"/api/audit/{thing}", live, thing);
    }

    /// <summary>Steps lie beside all events; here it is the very time of each.</summary>
    [Test]
    public async Task an_event_is_told_from_its_own_microsecond_on()
    {
        var atOnce = 0;
        foreach (var things in (await PublishedAsync()).GroupBy(e => e.Key))
        {
            var events = things.ToList();
            foreach (var (_, _, at) in events)
            {
                await ShouldTellVersionAsync(events, at);
                await ShouldTellVersionAsync(events, at.AddMicroseconds(-1));
            }

            atOnce += events.Count - events.DistinctBy(e => e.At).Count();
        }

        atOnce.ShouldBeGreaterThan(0, "some happen at one time, as points are taken at once");
    }

    [Test]
    public async Task every_type_of_event_is_in_what_was_recorded()
    {
        var recorded = await Recording.System.Database.ReadAsync<string>(
            "SELECT DISTINCT event_type FROM data_platform.events"
        );

        recorded.ShouldBe(EventCatalogue.ByName.Keys, ignoreOrder: true);
    }

    [Test]
    public async Task money_that_was_refused_is_told_from_then_on()
    {
        var (reservation, payment) = Recording.Sale.Turns.Refused;
        var refusedAt = Recording.Sale.Steps.Single(s => s.Name == "paid late and refused").Time;
        foreach (var (step, time, _) in Recording.Sale.Steps.Where(IsOfTurns))
        {
            var path = $"/api/audit/reservation/{reservation}?asOf={time.UtcDateTime:O}";
            var told = (await Recording.Operator.Api.Get(path)).ShouldBe(HttpStatusCode.OK);

            var payments = told["state"]
                .GetProperty("refusedPayments")
                .EnumerateArray()
                .Select(p => p.GetProperty("paymentId").GetInt64());
            payments.ShouldBe(time < refusedAt ? [] : [payment], step);
        }

        bool IsOfTurns(RecordedStep step) => step.Things.ContainsKey($"reservation/{reservation}");
    }

    [Test]
    public async Task what_was_otherwise_would_be_found()
    {
        var changes = 0;
        foreach (var (before, after) in Recording.Sale.Steps.Zip(Recording.Sale.Steps.Skip(1)))
        {
            foreach (var (thing, was) in before.Things)
            {
                var became = after.Things[thing];
                if (JsonNode.DeepEquals(was, became))
                    continue;

                var path = $"/api/audit/{thing}?asOf={before.Time.UtcDateTime:O}";
                var told = await Recording.Operator.Api.Get(path);
                LiveTables.Differences(became, told).ShouldNotBeEmpty($"{thing} {after.Name}");
                changes++;
            }
        }

        changes.ShouldBeGreaterThan(8);
    }

    private static async Task<
        IReadOnlyList<(string Key, long Version, DateTimeOffset At)>
    > PublishedAsync()
    {
        await using var command = Recording.System.Database.DataSource.CreateCommand(
            "SELECT key, version, occurred_at FROM messaging.outbox ORDER BY key, version"
        );
        await using var row = await command.ExecuteReaderAsync();
        var events = new List<(string, long, DateTimeOffset)>();
        while (await row.ReadAsync())
        {
            var at = row.GetFieldValue<DateTimeOffset>(2);
            events.Add((row.GetString(0), row.GetInt64(1), at));
        }

        return events;
    }

    private static async Task ShouldTellVersionAsync(
        IReadOnlyList<(string Key, long Version, DateTimeOffset At)> events,
        DateTimeOffset time
    )
    {
        var version = events.TakeWhile(e => e.At <= time).LastOrDefault().Version;
        var thing = events[0].Key.Replace("user-", "customer-", StringComparison.Ordinal);
        var path = $"/api/audit/{thing.Replace('-', '/')}?asOf={time.UtcDateTime:O}";
        var told = await Recording.Operator.Api.Get(path);
        if (version == 0)
            told.Status.ShouldBe(HttpStatusCode.NotFound, path);
        else
            told.ShouldBe(HttpStatusCode.OK)["version"].GetInt64().ShouldBe(version, path);
    }

    private static async Task ShouldTellAsync(string path, JsonObject? live, string what)
    {
        var told = await Recording.Operator.Api.Get(path);
        if (live is null)
            told.Status.ShouldBe(HttpStatusCode.NotFound, what);
        else
            LiveTables.Differences(live, told.ShouldBe(HttpStatusCode.OK)).ShouldBeEmpty(what);
    }
}
