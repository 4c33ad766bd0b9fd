using ConcertReservation.Tests.Integration.Sale;
using ConcertReservation.Tests.Integration.Verification;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Outages;

/// <summary>Without Redis the rankings wait; everything else goes on.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RedisOutageTests
{
    private const string AwayLine = "Redis cannot be reached";

    [Test]
    [Category("Long")]
    public async Task a_host_starts_without_redis_and_finds_it_later()
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Gates = true,
                StartHosts = false,
            }
        );
        await system.RedisGate!.CloseAsync();

        await system.HostA.StartReadyAsync();

        var mina = await Given.ACustomer(system);
        await Eventually.Until("readiness names Redis", () => RedisIs(mina.Api, "degraded"));
        await Eventually.Until("the log says so", () => system.HostA.Log.Count(AwayLine) == 1);

        system.RedisGate.Open();
        await Eventually.Until("Redis is well", () => RedisIs(mina.Api, "healthy"));
        system.HostA.Log.Count(AwayLine).ShouldBe(1);
    }

    [TestCase(false)]
    [TestCase(true, Category = "Long")]
    public async Task without_redis_the_rankings_wait_and_nothing_else(bool standsStill)
    {
        await using var system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Gates = true,
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    // Whoever looks after the rankings meets the outage, too, and keeps quiet.
                    ["Ranking:CheckMilliseconds"] = "100",
                },
            }
        );
        var concert = await Given.AConcert(system: system);
        var mina = await Given.ACustomer(system);
        await Eventually.Until("Redis is well", () => RedisIs(mina.Api, "healthy"));
        await RankingsAnswerAsync(mina.Api);
        var before = system.HostA.Log.Warnings.Count;

        if (standsStill)
            system.RedisGate!.Hold();
        else
            await system.RedisGate!.CloseAsync();

        await Eventually.Until("readiness names Redis", () => RedisIs(mina.Api, "degraded"));
        foreach (var ranking in new[] { "bookings", "sold-out" })
        {
            var refused = await mina.Api.Get($"/api/rankings/{ranking}");
            refused.ShouldBe(ServiceUnavailable, "overloaded");
            refused.Headers.ShouldContainKey("Retry-After");
        }

        // Held, paid, and confirmed by what Kafka brings: nothing of it needs Redis.
        await mina.Buys(concert.Seats(1, 2));
        await Eventually.Until("the log says so", () => system.HostA.Log.Count(AwayLine) == 1);

        if (standsStill)
            system.RedisGate.Release();
        else
            system.RedisGate.Open();
        await mina.Ranks(concert, seats: 2);
        await system.HasLostNothing();
        system.HostA.Log.Warnings.Skip(before).ShouldHaveSingleItem().ShouldContain(AwayLine);
    }

    /// <summary>Once they are built from the events.</summary>
    private static Task RankingsAnswerAsync(Api api) =>
        Eventually.Until(
            "rankings are there",
            async () => (await api.Get("/api/rankings/bookings")).Status == OK
        );

    private static async Task<bool> RedisIs(Api api, string status)
    {
        var ready = await api.Get("/health/ready");
        return ready.ShouldBe(OK)["redis"].GetProperty("status").GetString() == status;
    }
}
