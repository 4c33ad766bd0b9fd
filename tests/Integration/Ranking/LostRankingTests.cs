using ConcertReservation.Tests.Integration.Sale;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Integration.Ranking;

/// <summary>Redis loses rankings while the event store has not got all that they had.</summary>
[Parallelizable]
internal sealed class LostRankingTests
{
    private TestSystem _system = null!;
    private Persona _customer = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync(
            new TestSystemOptions
            {
                Settings = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["Kafka:Consuming:RetryDelayMilliseconds"] = "20",
                    ["Ranking:CheckMilliseconds"] = "100",
                },
            }
        );
        _customer = await Given.ACustomer(_system);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    public async Task what_the_event_store_has_as_dead_letters_is_ranked_again_too()
    {
        var concert = await Given.AConcert(system: _system);
        await InEventStoreAsync(concert, "RAISE EXCEPTION 'Not this one.'");
        await _customer.Reserves(concert.Seats(1, 3));
        await _customer.Ranks(concert, seats: 3);
        await Eventually.Until(
            "the event store has given it up",
            () =>
                _system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM messaging.dead_letters
                        WHERE consumer_group = 'data-platform' AND status = 'waiting')
                    """
                )
        );

        await ForgetRankingsAsync();
        await _customer.Ranks(concert, seats: 3);

        await MendEventStoreAsync();
        var caller = await Given.TheOperator(_system);
        var replayed = await caller.Api.Post(
            "/api/ops/dead-letters/replay",
            new { group = "data-platform" }
        );
        replayed["replayed"].GetInt32().ShouldBe(1);
        await ForgetRankingsAsync();
        await _customer.Ranks(concert, seats: 3);
    }

    /// <summary>What happens before an event of the concert's reservations is stored.</summary>
    private Task InEventStoreAsync(ConcertOnSale concert, string statement) =>
        _system.Database.ExecuteAsync(
            $"""
            CREATE FUNCTION data_platform.before_storing() RETURNS trigger LANGUAGE plpgsql AS
                $f$ BEGIN {statement}; RETURN NEW; END $f$;
            CREATE TRIGGER before_storing BEFORE INSERT ON data_platform.events FOR EACH ROW
                WHEN (NEW.topic = 'reservation-events'
                    AND encode(NEW.body, 'escape') ~ '"concertId":{concert.Id}(?!\d)')
                EXECUTE FUNCTION data_platform.before_storing();
            """
        );

    private Task MendEventStoreAsync() =>
        _system.Database.ExecuteAsync("DROP FUNCTION data_platform.before_storing() CASCADE");

    private async Task ForgetRankingsAsync()
    {
        using var redis = await RedisAsync();
        await redis.GetDatabase().ExecuteAsync("FLUSHDB");
    }

    private async Task<ConnectionMultiplexer> RedisAsync()
    {
        var configuration = _system.HostA.Services.GetRequiredService<IConfiguration>();
        return await ConnectionMultiplexer.ConnectAsync(
            configuration.GetConnectionString("Redis")!
        );
    }
}
