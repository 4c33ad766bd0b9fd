using System.Net;
using System.Text.Json;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>Statistics and bookings as tables.</summary>
internal sealed class CsvTests
{
    [TestCase("concerts/{0}", "start,seatsBooked,seatsSold")]
    [TestCase("concerts/{0}/funnel", "start,held,paid,confirmed,open,sold")]
    [TestCase("concerts/{0}/sell-through", "start,seatsSold,seatsReturned")]
    [TestCase("concerts/{0}/bookings", "concertId,concertName,reservationId,customerId,status")]
    [TestCase("hourly", "start,bookings,seatsBooked")]
    [TestCase("customers/{1}", "about,name,bookings,seats,spend")]
    public async Task whoever_asks_for_csv_gets_a_table(string path, string header)
    {
        path = path.Replace("{0}", $"{Recording.Sale.Kept.Id}", StringComparison.Ordinal)
            .Replace("{1}", $"{Recording.Sale.Jisoo.Id}", StringComparison.Ordinal);

        var table = await CsvAsync($"/api/analytics/{path}");

        table.Headers["Content-Type"].ShouldStartWith("text/csv; charset=utf-8");
        table
            .Headers["Content-Disposition"]
            .ShouldMatch("^attachment; filename=\"[a-z0-9-]+.csv\"$");
        table.Headers["Vary"].ShouldContain("Accept");
        table.Body.ShouldStartWith(header);
        table.Body.ShouldEndWith("\r\n");
        var rows = table.Body.Split("\r\n")[..^1];
        rows.Length.ShouldBeGreaterThan(1);
        rows.Select(r => r.Count(c => c == ',')).Distinct().Count().ShouldBe(1);
        // Who does not say so gets JSON, and who wants neither is told.
        (await Recording.Operator.Api.Get($"/api/analytics/{path}")).MediaType.ShouldBe(
            "application/json"
        );
        (await AcceptAsync($"/api/analytics/{path}", "application/xml")).ShouldBe(
            HttpStatusCode.NotAcceptable,
            "not-acceptable",
            "Accept"
        );
    }

    [Test]
    public async Task what_an_organiser_wrote_is_no_formula_in_a_table()
    {
        var table = await CsvAsync(
            $"/api/analytics/concerts/{Recording.Sale.Cancelled.Id}/bookings"
        );

        var rows = table.Body.Split("\r\n")[1..^1];
        rows.Length.ShouldBe(4);
        var start = $"{Recording.Sale.Cancelled.Id},\"'=Another night\",";
        rows.ShouldAllBe(r => r.StartsWith(start, StringComparison.Ordinal));
    }

    [Test]
    public async Task bookings_page_by_page_are_those_of_the_table()
    {
        var path = $"/api/analytics/concerts/{Recording.Sale.Cancelled.Id}/bookings";
        var table = (await CsvAsync(path)).Body.Split("\r\n")[1..^1].Select(r => r.Split(','));

        var paged = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await Recording.Operator.Api.Get(
                $"{path}?limit=1{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            paged.Add(
                page.ShouldBe(HttpStatusCode.OK)["items"].EnumerateArray().ShouldHaveSingleItem()
            );
            cursor = page["nextCursor"].GetString();
        } while (cursor is not null);

        paged
            .Select(b => $"{b.GetProperty("reservationId")} {b.GetProperty("status")}")
            .ShouldBe(table.Select(r => $"{r[2]} {r[4]}"));
        paged
            .Select(b => b.GetProperty("status").GetString())
            .ShouldBe(["EXPIRED", "CANCELLED", "RETURNED", "RETURNED"], ignoreOrder: true);
        paged.Count(b => b.GetProperty("refundedAt").ValueKind == JsonValueKind.String).ShouldBe(2);
    }

    [TestCase("bookings?limit=0", "limit")]
    [TestCase("bookings?limit=501", "limit")]
    [TestCase("bookings?cursor=MQ", "cursor")]
    public async Task a_page_that_cannot_be_is_refused(string path, string field) =>
        (
            await Recording.Operator.Api.Get(
                $"/api/analytics/concerts/{Recording.Sale.Kept.Id}/{path}"
            )
        ).ShouldBe(HttpStatusCode.BadRequest, "validation", field);

    internal static async Task<Answer> CsvAsync(string path) =>
        (await AcceptAsync(path, "text/csv")).ShouldBe(HttpStatusCode.OK);

    private static async Task<Answer> AcceptAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", Recording.Operator.Api.AccessToken);
        request.Headers.Add("Accept", accept);
        using var response = await Recording.Operator.Host.Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }
}
