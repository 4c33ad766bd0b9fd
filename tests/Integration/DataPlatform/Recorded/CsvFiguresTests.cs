using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>A table says nothing else than the JSON of the same concert and time.</summary>
internal sealed class CsvFiguresTests
{
    private static ConcertOnSale[] Concerts =>
        [Recording.Sale.Cancelled, Recording.Sale.Kept, Recording.Sale.Turns.Concert];

    [TestCase("", "hours")]
    [TestCase("/funnel?interval=minute", "intervals")]
    [TestCase("/funnel?interval=day", "intervals")]
    [TestCase("/sell-through?interval=minute", "intervals")]
    [TestCase("/sell-through?interval=hour", "intervals")]
    [TestCase("/bookings?limit=500", "items")]
    public async Task of_a_concert_the_figures_of_both_are_the_same(string path, string list)
    {
        foreach (var concert in Concerts)
            await ShouldAgreeAsync($"/api/analytics/concerts/{concert.Id}{path}", list);
    }

    [Test]
    public async Task of_hours_the_figures_of_both_are_the_same() =>
        await ShouldAgreeAsync("/api/analytics/hourly?", "hours");

    [Test]
    public async Task of_a_customer_the_figures_of_both_are_the_same()
    {
        foreach (var customer in new[] { Recording.Sale.Mina, Recording.Sale.Jisoo })
        {
            var path = $"/api/analytics/customers/{customer.Id}";
            var json = (await Recording.Operator.Api.Get(path)).ShouldBe(HttpStatusCode.OK);
            var patterns = json["patterns"];

            var lines = new[] { Line("total", json.Json, "", "bookings", "seats", "spend") }
                .Concat(
                    json["favouriteArtists"]
                        .EnumerateArray()
                        .Select(a => Line("artist", a, "name", "bookings", "seats", "spend"))
                )
                .Concat(
                    json["hoursOfDay"]
                        .EnumerateArray()
                        .Select(h => Line("hourOfDay", h, "hourOfDay", "bookings", "", ""))
                )
                .Concat(
                    patterns
                        .GetProperty("daysOfWeek")
                        .EnumerateArray()
                        .Select(d => Line("dayOfWeek", d, "dayOfWeek", "bookings", "", ""))
                )
                .Concat(
                    patterns
                        .GetProperty("paymentMethods")
                        .EnumerateArray()
                        .Select(m => Line("paymentMethod", m, "method", "payments", "", "spend"))
                );

            var rows = Rows(await CsvTests.CsvAsync(path))[1..];
            rows.Select(r => string.Join(',', r)).ShouldBe(lines);
        }
    }

    private static async Task ShouldAgreeAsync(string path, string list)
    {
        var json = (await Recording.Operator.Api.Get(path)).ShouldBe(HttpStatusCode.OK);
        var entries = json[list].EnumerateArray().Select(Figures).ToList();
        var rows = Rows(await CsvTests.CsvAsync(path + SameTime(json)));

        entries.ShouldNotBeEmpty(path);
        rows.Length.ShouldBe(entries.Count + 1, path);
        foreach (var (entry, row) in entries.Zip(rows.Skip(1)))
        {
            entry.Keys.ShouldBeSubsetOf(rows[0]);
            foreach (var (name, cell) in rows[0].Zip(row).Where(c => entry.ContainsKey(c.First)))
                cell.ShouldBe(entry[name], $"{name} in {path}");
        }
    }

    /// <summary>What is asked for without an end goes up to now, and that goes on.</summary>
    private static string SameTime(Answer json) =>
        json.Json.TryGetProperty("from", out var from)
            ? $"&from={from.GetString()}&to={json["to"].GetString()}"
            : "";

    /// <summary>Its members and those of its parts, as a cell has them.</summary>
    private static Dictionary<string, string> Figures(JsonElement entry) =>
        entry
            .EnumerateObject()
            .SelectMany(PartsOf)
            .ToDictionary(m => m.Name, m => Cell(m.Value), StringComparer.Ordinal);

    private static IEnumerable<JsonProperty> PartsOf(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Object ? member.Value.EnumerateObject() : [member];

    private static string Cell(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.Number => value
                .GetDouble()
                .ToString("0.####", CultureInfo.InvariantCulture),
            _ => value.GetString()!,
        };

    private static string Line(string about, JsonElement entry, params string[] members) =>
        string.Join(
            ',',
            members.Select(m => m.Length == 0 ? "" : Cell(entry.GetProperty(m))).Prepend(about)
        );

    /// <summary>No text in them has a comma.</summary>
    private static string[][] Rows(Answer table) =>
        [
            .. table
                .Body.Split("\r\n")[..^1]
                .Select(r => r.Split(',').Select(c => c.Trim('"')).ToArray()),
        ];
}
