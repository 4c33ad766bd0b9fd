using ConcertReservation.Tests.Faults.Harness;
using Npgsql;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>PostgreSQL and Redis die, or are hurt from inside, in the midst of a sale.</summary>
[Category("Long")]
[Category("AnyKafka")]
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ServerFaultTests
{
    private const int Customers = 30;
    private const int CommitLock = 4711;

    /// <summary>
    /// A transaction that many wait for is not given the ten seconds of all others.
    /// </summary>
    private static readonly TimeSpan SoonerThanOthers = TimeSpan.FromSeconds(8);

    private OwnServers _servers = null!;
    private FaultSystem _system = null!;

    [SetUp]
    public async Task Start()
    {
        _servers = await OwnServers.StartAsync();
        _system = await FaultSystem.StartAsync(servers: _servers);
    }

    [TearDown]
    public async Task Stop()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        if (_servers is not null)
            await _servers.DisposeAsync();
    }

    [Test]
    public async Task a_database_killed_in_the_midst_of_a_sale_has_all_that_was_answered()
    {
        var host = await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        foreach (var part in new[] { 4, 2 })
        {
            await crowd.WaitUntilSoldAsync(crowd.Seats / part);
            await _servers.KillPostgresAsync();
            await Eventually.Until("the host says so", async () => !await host.IsReadyAsync());
            await _servers.StartPostgresAsync();
            _system.Database.DataSource.Clear();
            await host.WaitUntilReadyAsync();
        }

        // What was answered and could not be written is asked for again.
        await _system.OutwaitLeasesAsync();
        await crowd.WaitUntilSoldOutAsync();
        await _system.VerifyAsync();
        _servers.PostgresSaid("automatic recovery in progress").ShouldBe(2);
        _system.Journal.Entries.ShouldContain(e => e.Status == null || e.Status == 503);
    }

    /// <summary>
    /// Whoever had asked for it cannot know whether it happened; here it did not.
    /// </summary>
    [Test]
    public async Task sessions_that_are_terminated_inside_their_commits_lose_nothing()
    {
        await _system.StartHostAsync();
        await WaitInCommitsAsync("reservations.reservations");
        await WaitInCommitsAsync("payments.payments");
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();

        var terminated = 0L;
        foreach (var part in new[] { 8, 4, 2 })
        {
            await crowd.WaitUntilSoldAsync(crowd.Seats / part);
            await using var barrier = await BarrierAsync();
            terminated += await Eventually.Becomes(
                "some wait in the midst of their commits, and are terminated",
                () =>
                    _system.Database.ScalarAsync<long>(
                        """
                        SELECT count(*) FROM (
                            SELECT pg_terminate_backend(pid) AS is_sent FROM pg_stat_activity
                            WHERE upper(query) = 'COMMIT' AND wait_event = 'advisory') AS t
                        WHERE is_sent
                        """
                    ),
                count => count > 0
            );
        }

        await _system.OutwaitLeasesAsync();
        await crowd.WaitUntilSoldOutAsync();
        await _system.VerifyAsync();
        _servers
            .PostgresSaid("terminating connection due to administrator command")
            .ShouldBe((int)terminated);
    }

    [Test]
    public async Task a_transaction_that_somebody_left_open_holds_up_no_event()
    {
        await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        await using var stranger = await _system.Database.DataSource.OpenConnectionAsync();
        await using var left = await stranger.BeginTransactionAsync();
        await using var begin = new NpgsqlCommand("SELECT pg_current_xact_id()", stranger);
        await begin.ExecuteNonQueryAsync();

        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();

        var oldest = await _system.Database.ScalarAsync<int>(
            """
            SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND backend_xid IS NOT NULL ORDER BY xact_start
            """
        );
        oldest.ShouldBe(stranger.ProcessID);
        await left.RollbackAsync();
    }

    /// <summary>As of a host that stands still between its locks and its commit.</summary>
    [TestCase("INSERT INTO reservations.idempotency_keys")]
    [TestCase("'POINT', 'COMPLETED'")]
    public async Task what_is_left_open_is_ended_by_the_database_and_others_go_on(string before)
    {
        var (_, wire) = await _system.StartWiredHostAsync();
        await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 8);

        var open = wire.StopAt(before, Withheld.Statement);
        await open.WaitAsync();
        await Eventually.Until(
            "the database has ended the transaction",
            () => _servers.PostgresSaid("due to idle-in-transaction timeout") == 1,
            SoonerThanOthers
        );
        open.Release();

        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    [Test]
    public async Task without_redis_the_sale_goes_on_and_the_rankings_catch_up()
    {
        await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        crowd.StartBuying();
        await crowd.WaitUntilSoldAsync(crowd.Seats / 4);

        await _servers.KillRedisAsync();
        await crowd.WaitUntilSoldOutAsync();
        await _servers.StartRedisAsync();

        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    [Test]
    public async Task a_redis_that_forgets_everything_gets_its_rankings_again()
    {
        await _system.StartHostAsync();
        var crowd = await Crowd.GatherAsync(_system, Customers);
        using var redis = await ConnectionMultiplexer.ConnectAsync(_system.Redis.Configuration());
        crowd.StartBuying();
        foreach (var part in new[] { 4, 2 })
        {
            await crowd.WaitUntilSoldAsync(crowd.Seats / part);
            await Eventually.Until("there are rankings", async () => await KeysAsync(redis) > 0);
            await redis.GetDatabase().ExecuteAsync("FLUSHALL");
        }

        await crowd.WaitUntilSoldOutAsync();
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
    }

    private static async Task<long> KeysAsync(ConnectionMultiplexer redis) =>
        (long)await redis.GetDatabase().ExecuteAsync("DBSIZE");

    /// <summary>From now on changes of the table wait while there is a barrier.</summary>
    private Task WaitInCommitsAsync(string table) =>
        _system.Database.ExecuteAsync(
            $"""
            CREATE OR REPLACE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                PERFORM pg_advisory_xact_lock_shared({CommitLock});
                RETURN NULL;
            END $body$;
            CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT OR UPDATE ON {table}
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_in_commit();
            """
        );

    /// <summary>Until it is disposed of.</summary>
    private async Task<NpgsqlConnection> BarrierAsync()
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_system.Database.ConnectionString)
            {
                Pooling = false,
            }.ConnectionString
        );
        await connection.OpenAsync();
        await using var take = new NpgsqlCommand(
            $"SELECT pg_advisory_lock({CommitLock})",
            connection
        );
        await take.ExecuteNonQueryAsync();
        return connection;
    }
}
