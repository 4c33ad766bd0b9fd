using ConcertReservation.BuildingBlocks;
using ConcertReservation.Ranking;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Integration.Ranking;

/// <summary>The scripts on a real Redis, in a database of their own.</summary>
[NonParallelizable]
internal sealed class RankingScriptTests
{
    private const string Log = "reservation-events/0";

    /// <summary>A day that Redis still keeps, whatever the date.</summary>
    private static readonly long Hour = KoreanTime.Hour(DateTimeOffset.UtcNow);

    private TestRedis _databaseInRedis = null!;
    private ConnectionMultiplexer _redis = null!;
    private RankingStore _store = null!;

    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task Connect()
    {
        _databaseInRedis = await TestRedis.TakeAsync();
        _redis = await ConnectionMultiplexer.ConnectAsync(_databaseInRedis.Configuration());
        _database = await TestDatabase.CreateEmptyAsync("ranking");
        await _database.ExecuteAsync("CREATE SCHEMA ranking");
        await _database.ExecuteAsync(
            "CREATE TABLE ranking.identity AS SELECT gen_random_uuid() AS id"
        );
        _store = new RankingStore(
            _redis,
            new RankingIdentity(_database.DataSource),
            Options.Create(new RankingOptions())
        );
    }

    [OneTimeTearDown]
    public async Task Disconnect()
    {
        _redis.Dispose();
        await _databaseInRedis.DisposeAsync();
        await _database.DisposeAsync();
    }

    [SetUp]
    public async Task Start()
    {
        await Forget();
        var generation = await _store.BeginRebuildAsync("test");
        (await _store.SwapAsync("test", generation!, [])).ShouldBeTrue();
    }

    [Test]
    public async Task seats_are_counted_and_counted_back()
    {
        await Apply(Booked("1", concert: "10", seats: 3), Booked("2", concert: "11", seats: 2));
        (await Bookings()).ShouldBe([(10, 3), (11, 2)]);

        await Apply(Ended("1", concert: "10", version: 2));

        (await Bookings()).ShouldBe([(11, 2)]);
        (await Bookings($"hour:{Hour}")).ShouldBe([(11, 2)]);
        (await Bookings($"day:{Hour / 24}")).ShouldBe([(11, 2)]);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task of_equals_the_oldest_are_shown_however_few_are_asked_for(bool mostFirst)
    {
        var ranking = mostFirst ? "all" : "sold-out";
        string[] concerts = ["9", "10", "99", "100", "101"];
        foreach (var concert in concerts)
        {
            var score = concert == "99" ? 2 : 5;
            await Apply(
                mostFirst
                    ? Booked($"of {concert}", concert, score)
                    : new(concert, 1, "Winter", Seconds: score)
            );
        }

        long[] whole = mostFirst ? [9, 10, 100, 101, 99] : [99, 9, 10, 100, 101];
        foreach (var limit in Enumerable.Range(1, whole.Length))
        {
            var top = (await _store.TopAsync(ranking, mostFirst, limit))!;
            top.Select(e => e.ConcertId).ShouldBe(whole.Take(limit), $"the first {limit}");
        }

        (await _store.TopAsync(ranking, mostFirst, 100))!.Count.ShouldBe(whole.Length);
    }

    [Test]
    public async Task neither_order_nor_repetition_changes_a_ranking([Range(1, 20)] int seed)
    {
        RankingUpdate[] story =
        [
            Booked("1", "10", 3),
            Ended("1", "10", 2),
            Confirmed("1", "10", 3, version: 3),
            Booked("2", "11", 2),
            Ended("2", "11", 2),
            Booked("3", "11", 4),
            Booked("4", "12", 8),
            new("12", 2, "Cancelled", Cancelled: true),
            new("11", 1, "First name"),
            new("11", 2, "Second name"),
            new("11", 3, "Second name", Seconds: 42.5),
            new("11", 5, "Second name", Seconds: 99),
        ];
        var random = new Random(seed);
        var told = story.Concat(random.GetItems(story, 8)).ToArray();
        random.Shuffle(told);

        foreach (var update in told)
            await Apply(update);

        foreach (var window in new[] { "all", $"hour:{Hour}", $"day:{Hour / 24}" })
            (await Bookings(window)).ShouldBe([(11, 4), (10, 3)], window);
        var soldOut = (await _store.TopAsync("sold-out", mostFirst: false, 10))!;
        soldOut.ShouldBe([new RankedConcert(11, 42.5, "Second name")]);
    }

    /// <summary>Nothing of ours is that old; a record that somebody wrote by hand may be.</summary>
    [Test]
    public async Task a_booking_of_before_1970_is_counted_once()
    {
        var old = Booked("1", "10", 3) with { Hour = -17_259_887 };

        foreach (var update in new[] { old, old, Confirmed("1", "10", 3, version: 2), old })
            await Apply(update);

        (await Bookings()).ShouldBe([(10, 3)]);
        await Apply(Ended("1", "10", version: 3));
        (await Bookings()).ShouldBeEmpty();
    }

    [Test]
    public async Task a_flush_is_noticed_and_the_rankings_come_back_with_what_came_meanwhile()
    {
        RankingUpdate[] history = [Booked("1", "10", 3), Booked("2", "11", 2)];
        await _store.ApplyAsync(history, [new RankingChange(Log, Number: 2)]);

        await Forget();
        (await _store.TopAsync("all", true, 10)).ShouldBeNull();
        await _store.ApplyAsync(
            [Booked("3", "11", 2)],
            [new RankingChange(Log, Number: 3, Expected: 2)]
        );
        (await IsWhole()).ShouldBeFalse();

        var generation = (await _store.BeginRebuildAsync("test"))!;
        await _store.ApplyAsync(
            [Ended("1", "10", 2)],
            [new RankingChange(Log, Number: 4, Expected: 3)]
        );
        (await _store.FillAsync("test", generation, history)).ShouldBeTrue();
        (await _store.SwapAsync("test", generation, [new(Log, Number: 2)])).ShouldBeTrue();

        (await Bookings()).ShouldBe([(11, 4)]);
        var state = await _store.StateAsync();
        (state.Live, state.Building, state.Changes[Log]).ShouldBe((generation, "", 4));
    }

    [Test]
    public async Task a_lost_second_is_not_covered_up_by_the_updates_that_follow()
    {
        await _store.ApplyAsync([Booked("1", "10", 3)], [new RankingChange(Log, Number: 1)]);

        await _store.ApplyAsync(
            [Booked("3", "10", 2)],
            [new RankingChange(Log, Number: 7, Expected: 6)]
        );

        (await IsWhole()).ShouldBeFalse();
        (await _store.StateAsync()).Changes[Log].ShouldBe(1);
    }

    [Test]
    public async Task a_rebuild_waits_for_the_history_of_what_was_not_committed_when_it_began()
    {
        await Forget();
        var generation = (await _store.BeginRebuildAsync("test"))!;

        // Changes to 5 were committed when the rebuild asked, 6 was in Redis and committed later.
        await _store.ApplyAsync(
            [Booked("3", "10", 2)],
            [new RankingChange(Log, Number: 7, Expected: 6)]
        );

        (await _store.SwapAsync("test", generation, [new(Log, Number: 5)])).ShouldBeFalse();
        (await _store.SwapAsync("test", generation, [new(Log, Number: 6)])).ShouldBeTrue();
        (await _store.StateAsync()).Changes[Log].ShouldBe(7);
    }

    [Test]
    public async Task a_rebuild_that_redis_forgot_is_void()
    {
        var generation = (await _store.BeginRebuildAsync("test"))!;
        (await _store.BeginRebuildAsync("another host")).ShouldBeNull();

        await Forget();

        (await _store.FillAsync("test", generation, [])).ShouldBeFalse();
        (await _store.SwapAsync("test", generation, [])).ShouldBeFalse();
    }

    [Test]
    public async Task rankings_of_another_database_are_not_ours()
    {
        await _redis.GetDatabase().StringSetAsync("ranking:live", "another:generation");
        await _redis.GetDatabase().SortedSetAddAsync("ranking:another:generation:all", "10", 7);

        (await _store.TopAsync("all", true, 10)).ShouldBeNull();
        (await _store.StateAsync()).Live.ShouldBeEmpty();
        await Apply(Booked("1", "10", 3));
        (await IsWhole()).ShouldBeFalse();
        var generation = (await _store.BeginRebuildAsync("test"))!;
        (await _store.SwapAsync("test", generation, [])).ShouldBeTrue();

        (await Bookings()).ShouldBe([(10, 3)]);
    }

    [Test]
    public async Task a_swap_leaves_nothing_of_the_old_rankings()
    {
        await Apply(Booked("1", "10", 3), new("10", 2, "Winter", Seconds: 3));
        var generation = (await _store.BeginRebuildAsync("test"))!;

        (await _store.SwapAsync("test", generation, [])).ShouldBeTrue();

        var keys = (string[])
            await _redis.GetDatabase().ScriptEvaluateAsync("return redis.call('KEYS', '*')");
        keys.ShouldBe(["ranking:live"]);
    }

    [Test]
    public async Task windows_that_have_expired_are_forgotten_with_the_next_new_one()
    {
        var windows = $"ranking:{(await _store.StateAsync()).Live}:windows";
        await _redis.GetDatabase().SetAddAsync(windows, ["day:1", "hour:24"]);

        await Apply(Booked("1", concert: "10", seats: 3));

        var names = await _redis.GetDatabase().SetMembersAsync(windows);
        names
            .Select(n => (string)n)
            .ShouldBe([$"hour:{Hour}", $"day:{Hour / 24}"], ignoreOrder: true);
    }

    [Test]
    public async Task scripts_survive_a_redis_that_forgot_them()
    {
        await Bookings();
        await _redis.GetDatabase().ScriptEvaluateAsync("return redis.call('PING')");
        await _redis.GetDatabase().ExecuteAsync("SCRIPT", "FLUSH");

        (await Bookings()).ShouldBeEmpty();
    }

    private static RankingUpdate Booked(string id, string concert, int seats) =>
        new(id, 1, "Name in a booking", concert, seats, Hour);

    private static RankingUpdate Confirmed(string id, string concert, int seats, long version) =>
        new(id, version, "Name in a booking", concert, seats);

    private static RankingUpdate Ended(string id, string concert, long version) =>
        new(id, version, "Name in a booking", concert, Seats: 0);

    private Task Apply(params RankingUpdate[] updates) => _store.ApplyAsync(updates, []);

    private async Task<List<(long, double)>> Bookings(string window = "all") =>
        [.. (await _store.TopAsync(window, true, 10))!.Select(e => (e.ConcertId, e.Score))];

    private async Task<bool> IsWhole() =>
        await _store.StateAsync() is { Live.Length: > 0, Building: "" };

    private Task Forget() =>
        _redis.GetDatabase().ScriptEvaluateAsync("return redis.call('FLUSHDB')");
}
