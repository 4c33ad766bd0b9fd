using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Integration.Ranking;

/// <summary>
/// The rankings through HTTP, and what becomes of them when Redis forgets or is away.
/// </summary>
[Parallelizable]
internal sealed class RankingTests
{
    private TestSystem _system = null!;
    private Persona _customer = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _system = await TestSystem.StartAsync(new TestSystemOptions { Gates = true });
        _customer = await Given.ACustomer(_system);
    }

    [OneTimeTearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task seats_count_while_they_are_held_or_sold_and_count_back_when_they_return()
    {
        var concert = await Given.AConcert(seats: 10, system: _system);
        var held = await _customer.Holds(concert.Seats(1, 3));
        await Ranks(concert, seats: 3);
        foreach (var window in new[] { "day", "hour" })
            await Ranks(concert, seats: 3, window);

        (await _customer.Cancels(held["reservationId"].GetInt64())).IsSuccess.ShouldBeTrue();

        await Ranks(concert, seats: null);
        await Ranks(concert, seats: null, "hour");
    }

    [Test]
    public async Task a_concert_that_sells_out_enters_the_ranking_of_the_fastest()
    {
        var concert = await Given.AConcert(seats: 2, bookingStartsInSeconds: -10, system: _system);
        await Buy(concert.Seats(1, 2));

        var entry = await Eventually.Value(
            "the concert is in the sold-out ranking",
            async () => Find(await Read("/api/rankings/sold-out?limit=100"), concert)
        );

        JsonNumber(entry, "seconds")!.Value.ShouldBeInRange(10, 300);
        // Another topic's, and another test compares all rankings.
        await Ranks(concert, seats: 2);
    }

    [Test]
    public async Task a_cancelled_concert_leaves_the_rankings()
    {
        var concert = await Given.AConcert(seats: 2, system: _system);
        await Buy(concert.Seats(1, 2));
        await Ranks(concert, seats: 2);

        var operatorApi = (await Given.TheOperator(_system)).Api;
        (await operatorApi.Delete($"/api/concerts/{concert.Id}")).IsSuccess.ShouldBeTrue();

        await Ranks(concert, seats: null);
        await Eventually.Until(
            "the concert has left the sold-out ranking",
            async () => Find(await Read("/api/rankings/sold-out?limit=100"), concert) is null
        );
    }

    [Test]
    public async Task a_flushed_redis_gets_the_same_rankings_again_and_what_came_meanwhile()
    {
        var concert = await Given.AConcert(seats: 8, system: _system);
        await _customer.Holds(concert.Seats(1, 3));
        await Ranks(concert, seats: 3);
        var before = await Everything();

        await Flush();
        await Eventually.Until(
            "the same rankings are back",
            async () => await Everything() == before
        );

        await Flush();
        var other = await Given.ACustomer(_system);
        await other.Holds(concert.Seats(4, 7));
        await Ranks(concert, seats: 7);
    }

    [Test]
    public async Task an_operator_has_them_built_anew_while_bookings_go_on()
    {
        const string Path = "/api/ops/rankings/rebuild";
        var concert = await Given.AConcert(seats: 8, system: _system);
        await _customer.Holds(concert.Seats(1, 2));
        await Ranks(concert, seats: 2);
        var caller = await Given.TheOperator(_system);
        // A slip of somebody who was in Redis by hand.
        await Redis("redis.call('ZINCRBY', 'ranking:' .. g .. ':all', 40, ARGV[1])", concert.Id);
        await Ranks(concert, seats: 42);

        var accepted = await caller.Api.Post(Path);
        accepted.ShouldBe(HttpStatusCode.Accepted);
        accepted.Headers["Location"].ShouldBe(Path);
        var other = await Given.ACustomer(_system);
        await other.Holds(concert.Seats(3, 5));

        var done = await Eventually.Becomes(
            "it is done",
            () => caller.On(_system.HostB).Api.Get(Path),
            seen => seen["state"].GetString() == "done"
        );
        done["requestedBy"].GetString().ShouldBe($"account {caller.Id}");
        done["events"].GetInt64().ShouldBeGreaterThan(0);
        done["read"].GetInt64().ShouldBe(done["events"].GetInt64());
        await Ranks(concert, seats: 5);
    }

    [Test]
    public async Task without_redis_booking_goes_on_and_rankings_say_when_to_come_again()
    {
        var concert = await Given.AConcert(seats: 4, system: _system);
        await _customer.Holds(concert.Seat(1));
        await Ranks(concert, seats: 1);

        await _system.RedisGate!.CloseAsync();
        try
        {
            var away = await Eventually.Becomes(
                "the ranking is refused",
                () => new Api(_system.HostA).Get("/api/rankings/bookings"),
                answer => !answer.IsSuccess
            );
            away.ShouldBe(HttpStatusCode.ServiceUnavailable, "overloaded");
            away.Headers.ShouldContainKey("Retry-After");
            (await _customer.Holds(concert.Seats(2, 3))).ShouldBe(HttpStatusCode.Created);
        }
        finally
        {
            _system.RedisGate.Open();
        }

        await Ranks(concert, seats: 3);
    }

    [TestCase("window=week", "window")]
    [TestCase("limit=0", "limit")]
    [TestCase("limit=101", "limit")]
    [TestCase("limit=many", "limit")]
    public async Task bad_input_is_refused_with_the_field_named(string query, string field)
    {
        var answer = await new Api(_system.HostB).Get($"/api/rankings/bookings?{query}");

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation", field);
    }

    private async Task Buy(Seat[] seats)
    {
        var buyer = await Given.ACustomer(_system);
        var held = await buyer.Holds(seats);
        await buyer.Charges(held["totalAmount"].GetInt64());
        var paid = await buyer.PaysByPoints(held["reservationId"].GetInt64());
        paid["status"].GetString().ShouldBe("COMPLETED");
    }

    /// <param name="seats">null: the concert is not in the ranking.</param>
    private Task Ranks(ConcertOnSale concert, int? seats, string window = "all") =>
        Eventually.Becomes(
            $"concert {concert.Id} has {seats ?? 0} seats in the ranking ({window})",
            async () =>
            {
                var ranking = await Read($"/api/rankings/bookings?window={window}&limit=100");
                return Find(ranking, concert) is { } entry ? JsonNumber(entry, "seats") : null;
            },
            found => found == seats
        );

    /// <summary>All rankings as text, once they can be read.</summary>
    private async Task<string> Everything()
    {
        var rankings = new List<string>();
        foreach (var window in new[] { "all", "day", "hour" })
            rankings.Add((await Read($"/api/rankings/bookings?window={window}&limit=100")).Body);
        rankings.Add((await Read("/api/rankings/sold-out?limit=100")).Body);
        return string.Join('\n', rankings);
    }

    /// <summary>While the rankings are being built, the answer is 503.</summary>
    private Task<Answer> Read(string path) =>
        Eventually.Becomes(
            $"{path} can be read",
            () => new Api(_system.HostB).Get(path),
            answer => answer.IsSuccess
        );

    private Task Flush() => RunInRedis("return redis.call('FLUSHDB')");

    /// <param name="script">With <c>g</c>, the name of the generation that is read.</param>
    private Task Redis(string script, long argument) =>
        RunInRedis($"local g = redis.call('GET', 'ranking:live'); {script}", argument);

    private async Task RunInRedis(string script, params long[] arguments)
    {
        var configuration = _system.HostA.Services.GetRequiredService<IConfiguration>();
        using var redis = await ConnectionMultiplexer.ConnectAsync(
            configuration.GetConnectionString("Redis")!
        );
        await redis
            .GetDatabase()
            .ScriptEvaluateAsync(script, values: [.. arguments.Select(a => (RedisValue)a)]);
    }

    private static string? Find(Answer ranking, ConcertOnSale concert) =>
        ranking["entries"]
            .EnumerateArray()
            .Where(e => e.GetProperty("concertId").GetInt64() == concert.Id)
            .Select(e => e.GetRawText())
            .SingleOrDefault();

    private static double? JsonNumber(string json, string name) =>
        System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty(name).GetDouble();
}
