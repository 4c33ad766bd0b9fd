using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ConcertReservation.Tests.Integration.Notifications;

namespace ConcertReservation.Tests.Integration.Http;

/// <summary>
/// What somebody stores to be run elsewhere comes back as what it is, text: through every endpoint
/// that shows it, in tables and in mails.
/// </summary>
[Parallelizable]
internal sealed class StoredTextTests
{
    private static readonly (string Text, string Token)[] Texts =
    [
        ("<script>stored0()</script>", "stored0"),
        ("\"><img src=x onerror=stored1()>", "stored1"),
        ("'); DROP TABLE concerts.concerts; --stored2", "stored2"),
        ("=HYPERLINK(\"http://x.example/stored3\",\"y\")", "stored3"),
        ("+stored4()", "stored4"),
        ("@SUM(stored5)", "stored5"),
        ("-1;\",=stored6()", "stored6"),
        ("{{stored7}} ${jndi:ldap://x} %0d%0a", "stored7"),
    ];

    /// <summary>An endpoint that begins to show such texts is looked at, and stands here.</summary>
    private static readonly string[] Showing =
    [
        "GET /api/accounts/me",
        "GET /api/accounts/me/export",
        "GET /api/concerts",
        "GET /api/concerts/{id}",
        "GET /api/concerts/{id}/seats",
        "GET /api/reservations",
        "GET /api/reservations/{id}",
        "GET /api/rankings/bookings",
        "GET /api/rankings/sold-out",
        "GET /api/analytics/concerts/{id}",
        "GET /api/analytics/concerts/{id}/funnel",
        "GET /api/analytics/concerts/{id}/sell-through",
        "GET /api/analytics/concerts/{id}/refunds",
        "GET /api/analytics/concerts/{id}/bookings",
        "GET /api/analytics/customers/{id}",
        "GET /api/audit/reservation/{id}",
        "GET /api/audit/concert/{id}",
        "GET /api/audit/customer/{id}",
        "GET /api/ops/dead-letters",
        "GET /api/ops/dead-letters/{id}",
        "GET /api/ops/mails",
    ];

    private readonly List<StoredText> _stored = [];
    private TestSystem _system = null!;
    private Persona _operator = null!;

    public static IEnumerable<Endpoint> Reading =>
        Endpoint.All.Where(e =>
            e.Method == "GET"
            && e.Path.StartsWith("/api/", StringComparison.Ordinal)
            && !e.Path.Contains("{group}", StringComparison.Ordinal)
        );

    [OneTimeSetUp]
    public async Task StoreAsync()
    {
        _system = await TestSystem.StartAsync(new TestSystemOptions { Hosts = 1 });
        _operator = await Given.TheOperator(_system);
        foreach (var (text, token) in Texts)
            _stored.Add(await StoredText.StoreAsync(_operator, text, token));
        await Tables.SettledAsync(_system);
        foreach (var stored in _stored)
            await stored.RefuseMailsAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _system.DisposeAsync();

    [TestCaseSource(nameof(Reading))]
    public async Task what_is_stored_is_told_as_it_is(object row)
    {
        var endpoint = (Endpoint)row;
        foreach (var stored in _stored)
        {
            var answer = await ReadAsync(endpoint, stored, "application/json");

            answer.ShouldBe(HttpStatusCode.OK).MediaType.ShouldBe("application/json");
            answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
            var told = TextsIn(answer.Json).Where(t => t.Contains(stored.Token)).ToList();
            told.ShouldAllBe(t => t.Contains(stored.Text), $"{endpoint}: {stored.Text}");
            (told.Count > 0).ShouldBe(Showing.Contains($"{endpoint}"), stored.Text);
        }
    }

    [Test]
    public async Task in_a_table_it_is_one_cell_and_no_formula()
    {
        var cells = 0;
        var document = (await _operator.Api.Get("/openapi/v1.json")).Json;
        var tables = document
            .Operations()
            .Where(o => o.Operation.GetRawText().Contains("text/csv", StringComparison.Ordinal))
            .Select(o => o.Name)
            .ToList();
        foreach (var endpoint in Endpoint.All.Where(e => tables.Contains($"{e}")))
        {
            foreach (var stored in _stored)
            {
                var answer = await ReadAsync(endpoint, stored, "text/csv");

                answer.ShouldBe(HttpStatusCode.OK).MediaType.ShouldBe("text/csv");
                answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
                answer.Headers["Content-Disposition"].ShouldStartWith("attachment");
                var rows = CsvRows.Of(answer.Body);
                rows.ShouldAllBe(r => r.Count == rows[0].Count, $"{endpoint}: {answer.Body}");
                var own = rows.SelectMany(r => r).Where(c => c.Contains(stored.Token)).ToList();
                var isFormula = "=+-@".Contains(stored.Text[0]);
                own.ShouldAllBe(c => c == (isFormula ? "'" + stored.Text : stored.Text));
                cells += own.Count;
            }
        }

        cells.ShouldBeGreaterThanOrEqualTo(2 * Texts.Length);
    }

    [Test]
    public async Task in_mails_it_is_text_and_no_header()
    {
        foreach (var stored in _stored)
        {
            var mails = _system.Mails.To(stored.Customer.Email);
            mails.Count.ShouldBeGreaterThan(2);
            foreach (var written in mails)
            {
                var mail = await ReadMail.ParseAsync(Encoding.UTF8.GetBytes(written));

                mail.Defects.ShouldBeEmpty(stored.Text);
                mail.Headers.Keys.ShouldNotContain("bcc");
                var to = mail.To.ShouldHaveSingleItem();
                (to.Name, to.Address).ShouldBe((stored.Text, stored.Customer.Email));
                var html = mail.Parts.Single(p => p.Type == "text/html").Content;
                if (stored.Text.AsSpan().ContainsAny("<>\""))
                    html.ShouldNotContain(stored.Text);
                WebUtility.HtmlDecode(html).ShouldContain(stored.Text);
                var text = mail.Parts.Single(p => p.Type == "text/plain").Content;
                text.ShouldContain(stored.Text);
            }
        }
    }

    [TestCase("Mina\r\nBcc: everyone@test.example")]
    [TestCase("Mina\nContent-Type: text/html")]
    [TestCase("Mina\r")]
    public async Task a_line_break_is_in_nothing_that_may_become_a_header(string text)
    {
        var email = $"{Guid.NewGuid():N}@test.example";
        var password = "correct horse battery";
        var api = _operator.Api;
        var named = new
        {
            email,
            password,
            name = text,
        };
        await Refused(HttpMethod.Post, "/api/accounts", named, "name");
        var addressed = new
        {
            email = text + email,
            password,
            name = "Mina",
        };
        await Refused(HttpMethod.Post, "/api/accounts", addressed, "email");
        await Refused(HttpMethod.Patch, "/api/accounts/me", new { name = text }, "name");
        var reason = Uri.EscapeDataString(text + "x");
        var path = $"/api/concerts/{_stored[0].Ids["concerts"]}";
        await Refused(HttpMethod.Delete, $"{path}?reason={reason}", body: null, "reason");
        var now = await _system.Database.ScalarAsync<DateTime>("SELECT clock.now()");
        var (startsAt, bookingStartTime) = (now.AddDays(30), now.AddDays(1));
        foreach (var field in new[] { "name", "artist", "venue" })
        {
            var texts = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["name"] = "Aria",
                ["artist"] = "Aria",
                ["venue"] = "Aria",
                ["startsAt"] = startsAt,
                ["bookingStartTime"] = bookingStartTime,
                [field] = text + "x",
            };
            await Refused(HttpMethod.Put, path, texts, field);
            texts["sections"] = new[]
            {
                new
                {
                    name = "R",
                    price = 1,
                    rows = 1,
                    seatsPerRow = 1,
                },
            };
            await Refused(HttpMethod.Post, "/api/concerts", texts, field);
        }

        async Task Refused(HttpMethod method, string to, object? body, string field) =>
            (await api.Send(method, to, body)).ShouldBe(
                HttpStatusCode.BadRequest,
                "validation",
                field
            );
    }

    private async Task<Answer> ReadAsync(Endpoint endpoint, StoredText stored, string accept)
    {
        var reader = endpoint.Who is Who.SignedIn or Who.Customer ? stored.Customer : _operator;
        var path = new Uri(endpoint.PathTo(stored.Ids), UriKind.Relative);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            reader.Api.AccessToken
        );
        request.Headers.Accept.ParseAdd(accept);
        using var response = await _system.HostA.Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    /// <summary>All names and texts in it.</summary>
    private static IEnumerable<string> TextsIn(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.String => [json.GetString()!],
            JsonValueKind.Array => json.EnumerateArray().SelectMany(TextsIn),
            JsonValueKind.Object => json.EnumerateObject()
                .SelectMany(m => TextsIn(m.Value).Prepend(m.Name)),
            _ => [],
        };
}
