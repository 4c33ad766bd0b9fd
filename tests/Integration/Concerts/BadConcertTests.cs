using System.Net;

namespace ConcertReservation.Tests.Integration.Concerts;

/// <summary>Malformed, missing, oversized and foreign data, at a whole host.</summary>
internal sealed class BadConcertTests
{
    private const string Good = """
        {"name":"N","artist":"A","venue":"V","startsAt":"2029-01-02T00:00:00Z",
         "bookingStartTime":"2029-01-01T00:00:00Z",
         "sections":[{"name":"R","price":1000,"rows":1,"seatsPerRow":1}]}
        """;

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("""{"name":"N",""")]
    public async Task what_is_no_concert_at_all_is_refused(string body)
    {
        var organiser = await Given.TheOperator();

        var answer = await organiser.Api.Post("/api/concerts", body);

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation", "body");
    }

    [TestCase("\"artist\":\"A\",", "", "artist")]
    [TestCase("\"price\":1000", "\"price\":-1", "sections[0].price")]
    [TestCase("\"price\":1000", "\"price\":10.5", "sections[0].price")]
    [TestCase("\"price\":1000", "\"price\":\"much\"", "sections[0].price")]
    [TestCase("\"price\":1000", "\"price\":99999999999999999999", "sections[0].price")]
    [TestCase("\"price\":1000,", "", "sections[0].price")]
    [TestCase("\"rows\":1", "\"rows\":null", "sections[0].rows")]
    [TestCase("\"rows\":1", "\"rows\":1,\"colour\":\"red\"", "sections[0].colour")]
    [TestCase("\"rows\":1", "\"rows\":1,\"rows\":2", "sections[0].rows")]
    [TestCase("\"venue\":\"V\"", "\"venue\":\"V\",\"venue\":\"W\"", "venue")]
    [TestCase("2029-01-02T00:00:00Z", "tomorrow", "startsAt")]
    [TestCase("2029-01-02T00:00:00Z", "2029-01-02", "startsAt")]
    [TestCase("2029-01-02T00:00:00Z", "2029-01-02T00:00:00", "startsAt")]
    [TestCase("2029-01-02T00:00:00Z", "2028-01-02T00:00:00Z", "startsAt")]
    [TestCase("\"name\":\"N\"", "\"name\":null", "name")]
    [TestCase("\"name\":\"N\"", "\"name\":7", "name")]
    [TestCase("\"name\":\"N\"", "\"name\":\"\\u0000\"", "name")]
    [TestCase("\"venue\":\"V\"", "\"venue\":\"V\",\"holdSeconds\":5", "holdSeconds")]
    [TestCase("\"venue\":\"V\"", "\"venue\":\"V\",\"id\":5", "id")]
    public async Task a_bad_concert_is_refused_by_the_name_of_its_field(
        string part,
        string replacement,
        string field
    )
    {
        var organiser = await Given.TheOperator();
        var body = Good.Replace(part, replacement, StringComparison.Ordinal);

        var answer = await organiser.Api.Post("/api/concerts", body);

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation", field);
    }

    [Test]
    public async Task a_seating_plan_is_never_edited()
    {
        var organiser = await Given.TheOperator();
        var concert = await Given.AConcert();

        var answer = await organiser.Api.Put($"/api/concerts/{concert.Id}", Good);

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation", "sections");
    }

    [TestCase("limit=many", "limit")]
    [TestCase("limit=-1", "limit")]
    [TestCase("from=yesterday", "from")]
    [TestCase("from=2029-01-02T00:00:00", "from")]
    [TestCase("cursor=%00", "cursor")]
    [TestCase("status=sold", "status")]
    public async Task a_bad_question_is_refused_by_the_name_of_its_field(string query, string field)
    {
        var answer = await new Api(SharedSystem.System.HostA).Get($"/api/concerts?{query}");

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation", field);
    }

    [Test]
    public async Task concerts_are_the_organisers()
    {
        var customer = await Given.ACustomer();
        var organiser = await Given.AnOrganiser();
        var concert = await Given.AConcert();
        var nobody = new Api(SharedSystem.System.HostA);
        var path = $"/api/concerts/{concert.Id}";

        (await nobody.Post("/api/concerts", Good)).ShouldBe(
            HttpStatusCode.Unauthorized,
            "not-signed-in"
        );
        (await customer.Api.Post("/api/concerts", Good)).ShouldBe(
            HttpStatusCode.Forbidden,
            "forbidden"
        );
        (await customer.Api.Delete(path)).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        (await organiser.Api.Delete(path)).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
        (await organiser.Api.Delete("/api/concerts/999999999")).ShouldBe(
            HttpStatusCode.NotFound,
            "not-found",
            "id"
        );
        (await nobody.Post($"{path}/waitlist")).ShouldBe(
            HttpStatusCode.Unauthorized,
            "not-signed-in"
        );
        (await customer.Api.Post("/api/concerts/999999999/waitlist")).ShouldBe(
            HttpStatusCode.NotFound,
            "not-found",
            "id"
        );
    }
}
