using System.Net;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>What became of holds, and how the house filled.</summary>
internal sealed class ConcertsOverTimeTests
{
    [Test]
    public async Task the_funnel_tells_what_became_of_every_hold()
    {
        var cancelled = await FunnelAsync(Recording.Sale.Cancelled);
        Steps(cancelled["total"])
            .ShouldBe(
                "held 4, paid 2, confirmed 2, open 0, sold 0, expired 1, cancelled 1, returned 2, "
                    + "refunded 2, seatsHeld 5, seatsSold 0, revenue 0"
            );
        cancelled["total"].GetProperty("confirmedShare").GetDouble().ShouldBe(0.5);
        cancelled["name"].GetString().ShouldBe("=Another night");

        var kept = await FunnelAsync(Recording.Sale.Kept);
        Steps(kept["total"])
            .ShouldBe(
                "held 2, paid 1, confirmed 1, open 1, sold 1, expired 0, cancelled 0, returned 0, "
                    + "refunded 0, seatsHeld 2, seatsSold 1, revenue 70000"
            );
        kept["total"].GetProperty("medianSecondsToConfirm").GetDouble().ShouldBeInRange(0.001, 60);
    }

    [Test]
    public async Task intervals_of_any_length_add_up_to_the_total()
    {
        var total = (await FunnelAsync(Recording.Sale.Cancelled))["total"];
        foreach (var interval in new[] { "minute", "hour", "day" })
        {
            var funnel = await FunnelAsync(Recording.Sale.Cancelled, $"?interval={interval}");
            funnel["interval"].GetString().ShouldBe(interval);
            var steps = funnel["intervals"].EnumerateArray().Select(i => i.GetProperty("steps"));
            Sum(steps, "held").ShouldBe(total.GetProperty("held").GetInt64());
            Sum(steps, "paid").ShouldBe(total.GetProperty("paid").GetInt64());
            Sum(steps, "returned").ShouldBe(total.GetProperty("returned").GetInt64());
            Steps(funnel["total"]).ShouldBe(Steps(total));
        }

        var later = await FunnelAsync(Recording.Sale.Cancelled, await RangeBehindAsync());
        later["total"].GetProperty("held").GetInt64().ShouldBe(0);
        later["intervals"].GetArrayLength().ShouldBe(3);
    }

    [Test]
    public async Task the_house_fills_and_empties_over_time()
    {
        var path = $"/api/analytics/concerts/{Recording.Sale.Cancelled.Id}/sell-through";
        var minutes = (await Recording.Operator.Api.Get(path)).ShouldBe(HttpStatusCode.OK);

        minutes["interval"].GetString().ShouldBe("minute");
        minutes["soldBefore"].GetInt64().ShouldBe(0);
        var intervals = minutes["intervals"].EnumerateArray().ToList();
        Sum(intervals, "seatsSold").ShouldBe(3);
        Sum(intervals, "seatsReturned").ShouldBe(3);
        Sum(intervals, "revenue").ShouldBe(150_000);
        Sum(intervals, "refunds").ShouldBe(150_000);
        intervals[^1].GetProperty("soldSoFar").GetInt64().ShouldBe(0);
        intervals[^1].GetProperty("sellThrough").GetDouble().ShouldBe(0);

        path = $"/api/analytics/concerts/{Recording.Sale.Kept.Id}/sell-through";
        var behind = await Recording.Operator.Api.Get(path + await RangeBehindAsync());
        behind.ShouldBe(HttpStatusCode.OK)["soldBefore"].GetInt64().ShouldBe(1);
        behind["intervals"][2].GetProperty("sellThrough").GetDouble().ShouldBe(0.25);
    }

    [Test]
    public async Task derived_from_bookings_the_hours_are_those_that_are_kept()
    {
        foreach (var concert in new[] { Recording.Sale.Cancelled, Recording.Sale.Kept })
        {
            var path = $"/api/analytics/concerts/{concert.Id}";
            var kept = await Recording.Operator.Api.Get(path);
            var derived = await Recording.Operator.Api.Get($"{path}/sell-through?interval=hour");

            var hours = kept["hours"]
                .EnumerateArray()
                .ToDictionary(h => h.GetProperty("start").GetString()!);
            foreach (var hour in derived["intervals"].EnumerateArray())
            {
                var same = hours[hour.GetProperty("start").GetString()!];
                foreach (
                    var number in new[] { "seatsSold", "seatsReturned", "soldSoFar", "sellThrough" }
                )
                    hour.GetProperty(number)
                        .GetDouble()
                        .ShouldBe(same.GetProperty(number).GetDouble());
            }

            var total = (await FunnelAsync(concert))["total"];
            foreach (
                var (step, number) in new[]
                {
                    ("held", "bookings"),
                    ("confirmed", "confirmations"),
                    ("seatsSold", "soldSeats"),
                    ("revenue", "revenue"),
                    ("open", "heldSeats"),
                }
            )
                total.GetProperty(step).GetInt64().ShouldBe(kept[number].GetInt64(), step);
        }
    }

    [Test]
    public async Task built_anew_the_statistics_are_the_same()
    {
        var live = await StatisticsContent.SettledAsync(Recording.System.Database);
        var funnel = (await FunnelAsync(Recording.Sale.Cancelled)).Body;
        live.ShouldContain("payments(");

        await AnalyticsRebuild.RunAsync(Recording.Operator);

        (await StatisticsContent.ReadAsync(Recording.System.Database)).ShouldBe(live);
        (await FunnelAsync(Recording.Sale.Cancelled)).Body.ShouldBe(funnel);
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task in_whatever_order_events_come_and_how_often_the_statistics_are_the_same(
        int seed
    )
    {
        var live = await StatisticsContent.SettledAsync(Recording.System.Database);

        var anyhow = await StatisticsContent.OfAsync(
            Recording.System.HostA,
            events =>
            {
                var random = new Random(seed);
                var repeated = events.Concat(random.GetItems(events, events.Length)).ToArray();
                random.Shuffle(repeated);
                return repeated.Chunk(random.Next(1, 9));
            }
        );

        anyhow.ShouldBe(live);
    }

    [TestCase("funnel?interval=week", "interval")]
    [TestCase(
        "funnel?interval=minute&from=2026-11-01T00:00:00Z&to=2026-11-20T00:00:00Z",
        "interval"
    )]
    [TestCase("funnel?from=2001-01-01T00:00:00Z&to=2026-11-20T00:00:00Z", "to")]
    [TestCase("funnel?from=2026-11-20T11:00:00", "from")]
    [TestCase("sell-through?to=2026-11-20T11:00:00", "to")]
    [TestCase("sell-through?from=2026-11-20T11:00:00Z&to=2026-11-20T11:00:00Z", "from")]
    [TestCase("sell-through?from=9999-12-31T23:59:59Z", "from")]
    [TestCase("sell-through?to=0001-01-01T00:00:00Z&interval=", "to", "interval")]
    public async Task what_cannot_be_shown_is_refused_with_the_field_named(
        string path,
        params string[] fields
    )
    {
        var answer = await Recording.Operator.Api.Get(
            $"/api/analytics/concerts/{Recording.Sale.Kept.Id}/{path}"
        );

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation", fields);
    }

    [TestCase("0/funnel", "id")]
    [TestCase("-5/sell-through", "id")]
    [TestCase("x/funnel", "id")]
    public async Task an_id_that_is_none_is_refused(string path, string field) =>
        (await Recording.Operator.Api.Get($"/api/analytics/concerts/{path}")).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation",
            field
        );

    /// <summary>Three minutes that begin when all is over.</summary>
    private async Task<string> RangeBehindAsync()
    {
        var minute = await Recording.System.Database.ScalarAsync<DateTime>(
            "SELECT date_trunc('minute', clock.now()) + interval '2 minutes'"
        );
        return $"?from={minute:O}&to={minute.AddMinutes(3):O}&interval=minute";
    }

    private async Task<Answer> FunnelAsync(ConcertOnSale concert, string query = "") =>
        (
            await Recording.Operator.Api.Get($"/api/analytics/concerts/{concert.Id}/funnel{query}")
        ).ShouldBe(HttpStatusCode.OK);

    private static string Steps(JsonElement steps) =>
        string.Join(
            ", ",
            steps
                .EnumerateObject()
                .Where(s =>
                    !s.Name.EndsWith("Share", StringComparison.Ordinal)
                    && !s.Name.StartsWith("median", StringComparison.Ordinal)
                )
                .Select(s => $"{s.Name} {s.Value}")
        );

    private static long Sum(IEnumerable<JsonElement> intervals, string number) =>
        intervals.Sum(i => i.GetProperty(number).GetInt64());
}
