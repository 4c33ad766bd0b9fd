using System.Net;
using System.Text.Json.Nodes;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>The audit trail says of every time what was recorded then.</summary>
[Parallelizable(ParallelScope.Self)]
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

    private static async Task ShouldTellAsync(string path, JsonObject? live, string what)
    {
        var told = await Recording.Operator.Api.Get(path);
        if (live is null)
            told.Status.ShouldBe(HttpStatusCode.NotFound, what);
        else
            LiveTables.Differences(live, told.ShouldBe(HttpStatusCode.OK)).ShouldBeEmpty(what);
    }
}
