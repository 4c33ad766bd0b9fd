using System.Net;
using System.Text.Json.Nodes;
using static ConcertReservation.Tests.Integration.Concerts.ConcertsSystem;

namespace ConcertReservation.Tests.Integration.Concerts;

internal sealed class ListConcertsTests
{
    [Test]
    public async Task the_list_is_read_page_by_page_without_gap_or_repeat()
    {
        var tag = $"tag{Guid.NewGuid():N}";
        var start = new DateTimeOffset(2029, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var created = new List<long>();
        for (var i = 0; i < 7; i++)
            created.Add(await CreateAsync(Plan($"{tag} {i}", startsAt: start.AddDays(i / 3))));

        var seen = new List<long>();
        string? cursor = null;
        do
        {
            var page = await ListAsync($"query={tag}&limit=3&cursor={cursor}", cursor is null);
            seen.AddRange(page["items"]!.AsArray().Select(c => c!["concertId"]!.GetValue<long>()));
            cursor = page["nextCursor"]?.GetValue<string>();
        } while (cursor is not null);

        seen.ShouldBe(created);
    }

    [Test]
    public async Task the_list_is_searched_and_filtered()
    {
        var tag = $"100%_{Guid.NewGuid():N}";
        var start = new DateTimeOffset(2029, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var early = await CreateAsync(Plan($"A {tag}", startsAt: start));
        var late = await CreateAsync(Plan($"B {tag}", startsAt: start.AddDays(1)));
        using var cancelled = await CancelAsync(early);

        var query = $"query={Uri.EscapeDataString(tag.ToUpperInvariant())}";
        (await IdsAsync(query)).ShouldBe([early, late]);
        (await IdsAsync($"{query}&from=2029-01-01T12:00:00Z")).ShouldBe([late]);
        (await IdsAsync($"{query}&status=CANCELLED")).ShouldBe([early]);
        (await IdsAsync($"{query}&status=SOLD_OUT")).ShouldBeEmpty();
        (await IdsAsync("query=%25%25%25")).ShouldBeEmpty();
    }

    [TestCase("cursor=nonsense", "cursor")]
    [TestCase("limit=0", "limit")]
    [TestCase("limit=101", "limit")]
    [TestCase("status=OPEN", "status")]
    [TestCase("query=a%00b", "query")]
    public async Task a_bad_question_is_named(string query, string field)
    {
        using var answer = await HostA.SendAsync(HttpMethod.Get, $"/concerts?{query}");

        var problem = await JsonAsync(answer, HttpStatusCode.BadRequest);
        problem["errors"]!.AsObject().ShouldHaveSingleItem().Key.ShouldBe(field);
    }

    private static async Task<IReadOnlyList<long>> IdsAsync(string query)
    {
        var page = await ListAsync(query);
        return [.. page["items"]!.AsArray().Select(c => c!["concertId"]!.GetValue<long>())];
    }

    private static async Task<JsonNode> ListAsync(string query, bool withoutCursor = false)
    {
        var asked = withoutCursor ? query.Replace("&cursor=", "", StringComparison.Ordinal) : query;
        using var answer = await HostB.SendAsync(HttpMethod.Get, $"/concerts?{asked}");
        return await JsonAsync(answer, HttpStatusCode.OK);
    }
}
