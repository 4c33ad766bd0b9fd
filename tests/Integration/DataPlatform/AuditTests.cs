using System.Net;
using System.Text.Json;
using ConcertReservation.Contracts;
using ConcertReservation.Tests.Integration.Sale;

namespace ConcertReservation.Tests.Integration.DataPlatform;

/// <summary>What operators find on record of things.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class AuditTests
{
    private Persona _operator = null!;
    private Persona _buyer = null!;
    private ConcertOnSale _concert = null!;
    private long _reservation;

    [OneTimeSetUp]
    public async Task Sell()
    {
        _operator = await Given.TheOperator();
        _buyer = await Given.ACustomer();
        _concert = await Given.AConcert();
        _reservation = await _buyer.Buys(_concert.Seats(1, 2));
    }

    [Test]
    public async Task a_reservation_has_its_events_in_order_and_the_state_that_they_tell()
    {
        var trail = await TrailAsync($"reservation/{_reservation}", version: 2);

        Types(trail).ShouldBe(["RESERVATION_CREATED", "RESERVATION_CONFIRMED"]);
        Items(trail).Select(i => i.GetProperty("version").GetInt64()).ShouldBe([1, 2]);
        trail["isComplete"].GetBoolean().ShouldBeTrue();
        trail["asOf"].ValueKind.ShouldBe(JsonValueKind.Null);
        trail["nextCursor"].ValueKind.ShouldBe(JsonValueKind.Null);
        var state = trail["state"];
        state.GetProperty("status").GetString().ShouldBe("CONFIRMED");
        state.GetProperty("customerId").GetInt64().ShouldBe(_buyer.Id);
        state.GetProperty("amount").GetInt64().ShouldBe(100_000);

        var payment = state.GetProperty("paymentId").GetInt64();
        var paid = await TrailAsync($"payment/{payment}", version: 2);
        Types(paid).ShouldBe(["PAYMENT_STARTED", "PAYMENT_COMPLETED"]);
        paid["state"].GetProperty("reservationId").GetInt64().ShouldBe(_reservation);
    }

    [Test]
    public async Task an_event_is_shown_as_it_was_published_with_the_request_that_caused_it()
    {
        var trail = await TrailAsync($"customer/{_buyer.Id}", version: 1);

        var item = Items(trail).ShouldHaveSingleItem();
        item.GetProperty("topic").GetString().ShouldBe(Topics.Users);
        item.GetProperty("traceId").GetString()!.ShouldMatch("^[0-9a-f]{32}$");
        var published = await SharedSystem.System.Database.ScalarAsync<byte[]>(
            "SELECT body FROM messaging.outbox WHERE key = $1",
            $"user-{_buyer.Id}"
        );
        JsonElement
            .DeepEquals(item.GetProperty("body"), JsonElement.Parse(published))
            .ShouldBeTrue();
        trail["state"].GetProperty("email").GetString().ShouldBe(_buyer.Email);
    }

    [Test]
    public async Task pages_follow_one_another_to_the_end()
    {
        await TrailAsync($"reservation/{_reservation}", version: 2);
        var path = $"/api/audit/reservation/{_reservation}?limit=1";

        var first = (await _operator.Api.Get(path)).ShouldBe(HttpStatusCode.OK);
        var next = first["nextCursor"].GetString();
        var second = (await _operator.Api.Get($"{path}&cursor={next}")).ShouldBe(HttpStatusCode.OK);

        Types(first).ShouldBe(["RESERVATION_CREATED"]);
        Types(second).ShouldBe(["RESERVATION_CONFIRMED"]);
        second["nextCursor"].ValueKind.ShouldBe(JsonValueKind.Null);
        second["state"].GetProperty("status").GetString().ShouldBe("CONFIRMED");
    }

    [Test]
    public async Task before_it_was_there_and_where_there_is_none_it_is_not_found()
    {
        await TrailAsync($"reservation/{_reservation}", version: 1);

        var early = await _operator.Api.Get(
            $"/api/audit/reservation/{_reservation}?asOf=2026-01-01T00:00:00Z"
        );
        early.ShouldBe(HttpStatusCode.NotFound, "not-found", "asOf");
        early["detail"].GetString()!.ShouldContain("at that time");
        foreach (var kind in new[] { "reservation", "payment", "concert", "customer" })
        {
            var none = await _operator.Api.Get($"/api/audit/{kind}/987654321");
            none.ShouldBe(HttpStatusCode.NotFound, "not-found", "id");
            none["detail"].GetString().ShouldBe($"There is no {kind} 987654321.");
        }
    }

    [TestCase("reservation/0", "id")]
    [TestCase("payment/-1", "id")]
    [TestCase("concert/one", "id")]
    [TestCase("customer/9223372036854775808", "id")]
    [TestCase("concert/1?asOf=2026-11-20T11:00:00", "asOf")]
    [TestCase("concert/1?asOf=2026-11-20", "asOf")]
    [TestCase("concert/1?asOf=yesterday", "asOf")]
    [TestCase("concert/1?asOf=9999-12-31T23:59:59Z", "asOf")]
    [TestCase("concert/1?asOf=0001-01-01T00:00:00Z", "asOf")]
    [TestCase("concert/1?asOf=2026-11-20T11:00:00Z&asOf=2026-11-20T12:00:00Z", "asOf")]
    [TestCase("concert/1?limit=0", "limit")]
    [TestCase("concert/1?limit=501", "limit")]
    [TestCase("concert/1?limit=many", "limit")]
    [TestCase("concert/1?cursor=MQ", "cursor")]
    [TestCase("concert/1?cursor=%27--", "cursor")]
    [TestCase(
        "concert/-1?limit=0&cursor=x&asOf=9999-12-31T00:00:00Z",
        "id",
        "limit",
        "cursor",
        "asOf"
    )]
    public async Task bad_input_is_refused_with_the_field_named(string path, params string[] fields)
    {
        var answer = await _operator.Api.Get($"/api/audit/{path}");

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation", fields);
    }

    /// <summary>Once so many of its events have come.</summary>
    private Task<Answer> TrailAsync(string path, long version) =>
        Eventually.Becomes(
            $"{path} is on record up to version {version}",
            () => _operator.Api.Get($"/api/audit/{path}"),
            seen => seen.IsSuccess && seen["version"].GetInt64() >= version
        );

    private static IReadOnlyList<JsonElement> Items(Answer trail) =>
        [.. trail["items"].EnumerateArray()];

    private static IEnumerable<string?> Types(Answer trail) =>
        Items(trail).Select(i => i.GetProperty("eventType").GetString());
}
