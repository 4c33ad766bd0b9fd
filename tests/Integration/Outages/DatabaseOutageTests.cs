using System.Diagnostics;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.Tests.Integration.Sale;
using ConcertReservation.Tests.Integration.Verification;
using Npgsql;
using static System.Net.HttpStatusCode;

namespace ConcertReservation.Tests.Integration.Outages;

/// <summary>
/// The database is away at start, or goes away: one clear line, and
/// everything works again by itself.
/// </summary>
[Parallelizable(ParallelScope.All)]
internal sealed class DatabaseOutageTests
{
    private const string AwayLine = "The database cannot be reached";

    [Test]
    [Category("Long")]
    public async Task a_host_that_starts_before_its_database_waits_and_says_so()
    {
        await using var system = await StartAsync(startHosts: false);
        await system.PostgresGate!.CloseAsync();

        await system.HostA.StartAsync();

        var anybody = new Api(system.HostA);
        (await anybody.Get("/health/live")).ShouldBe(OK);
        var ready = (await anybody.Get("/health/ready")).ShouldBe(ServiceUnavailable);
        ready["database"].GetProperty("status").GetString().ShouldBe("unhealthy");
        (await anybody.Get("/api/concerts")).ShouldBe(ServiceUnavailable, "overloaded");
        await Eventually.Until("it says so", () => system.HostA.Log.Count(AwayLine) == 1);

        system.PostgresGate.Open();
        await Eventually.Until("it is ready", system.HostA.IsReadyAsync);
        await Given.ACustomer(system);
        system.HostA.Log.Count(AwayLine).ShouldBe(1);
    }

    [Test]
    public async Task a_database_that_goes_away_is_named_and_comes_back_by_itself()
    {
        await using var system = await StartAsync(startHosts: true);
        var mina = await Given.ACustomer(system);

        await system.PostgresGate!.CloseAsync();

        await Eventually.Until(
            "readiness names the database",
            async () =>
            {
                // Without a token, for which a host may need the database first.
                var ready = await new Api(system.HostA).Get("/health/ready");
                return ready.Status == ServiceUnavailable
                    && ready["database"].GetProperty("status").GetString() == "unhealthy";
            }
        );
        (await new Api(system.HostA).Get("/health/live")).ShouldBe(OK);
        var refused = await mina.Api.Get("/api/accounts/me");
        refused.ShouldBe(ServiceUnavailable, "overloaded");
        refused.Headers.ShouldContainKey("Retry-After");
        await Eventually.Until("the log says so", () => system.HostA.Log.Count(AwayLine) == 1);

        system.PostgresGate.Open();
        await Eventually.Until("it is ready again", system.HostA.IsReadyAsync);
        (await mina.Api.Get("/api/accounts/me")).ShouldBe(OK);
        await Eventually.Until(
            "the log says that it is back",
            () => system.HostA.Log.Count("The database is back") == 1
        );
        system.HostA.Log.Count(AwayLine).ShouldBe(1);
    }

    /// <summary>
    /// What has been written already must not stand in front of the problem, where an answer is
    /// sent while it is read.
    /// </summary>
    [Test]
    [Category("Long")]
    public async Task an_answer_that_was_about_to_be_sent_is_a_problem_and_nothing_else()
    {
        await using var system = await StartAsync(startHosts: true);
        var op = await Given.TheOperator(system);
        var concert = await Given.AConcert(system: system);
        var path = $"/api/analytics/concerts/{concert.Id}";
        await Eventually.Until(
            "the statistics know the concert",
            async () => (await op.Api.Get(path)).Status == OK
        );
        // What comes after the concert's name waits.
        await using var blocking = await system.Database.DataSource.OpenConnectionAsync();
        await using var begun = await blocking.BeginTransactionAsync();
        await using var block = blocking.CreateCommand();
        block.CommandText = "LOCK TABLE data_platform.payments IN ACCESS EXCLUSIVE MODE";
        await block.ExecuteNonQueryAsync();
        var table = CsvAsync(op, $"{path}/bookings");
        await Eventually.Until(
            "the table waits for its first rows",
            () =>
                system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'
                            AND query LIKE '%data_platform.reservations%')
                    """
                )
        );
        await system.PostgresGate!.CloseAsync();

        (await table).ShouldBe(ServiceUnavailable, "overloaded");
        (await op.Api.Get("/api/accounts/me/export")).ShouldBe(ServiceUnavailable, "overloaded");
        // What is wrong with a question needs no database.
        foreach (var part in new[] { "funnel", "sell-through" })
        {
            (await op.Api.Get($"{path}/{part}?interval=year")).ShouldBe(
                BadRequest,
                "validation",
                "interval"
            );
        }
    }

    [Test]
    public async Task a_database_that_stands_still_is_named_in_time()
    {
        await using var system = await StartAsync(startHosts: true);
        var anybody = new Api(system.HostA);
        system.PostgresGate!.Hold();

        var asked = Stopwatch.GetTimestamp();
        var ready = (await anybody.Get("/health/ready")).ShouldBe(ServiceUnavailable);
        var answered = Stopwatch.GetElapsedTime(asked);

        answered.ShouldBeLessThan(5 * HealthLimits.Answer);
        foreach (var name in new[] { "database", "outbox" })
        {
            ready[name].GetProperty("status").GetString().ShouldBe("unhealthy");
            ready[name].GetProperty("detail").GetString().ShouldBe("does not answer");
        }

        system.PostgresGate.Release();
        await Eventually.Until("it is ready again", system.HostA.IsReadyAsync);
    }

    [Test]
    [Category("Long")]
    public async Task a_database_that_takes_no_writes_is_named_until_it_takes_them_again()
    {
        await using var system = await StartAsync(startHosts: true);
        var mina = await Given.ACustomer(system);

        await AlterAsync(system, "SET default_transaction_read_only = on");

        await Eventually.Until(
            "readiness names the database",
            async () =>
            {
                // Without a token, for which a host may need the database first.
                var ready = await new Api(system.HostA).Get("/health/ready");
                return ready.Status == ServiceUnavailable
                    && ready["database"].TryGetProperty("detail", out var detail)
                    && detail.GetString() == "takes no writes";
            }
        );
        (await mina.Charges(50_000)).ShouldBe(ServiceUnavailable, "overloaded");

        await AlterAsync(system, "RESET default_transaction_read_only");
        await Eventually.Until("it is ready again", system.HostA.IsReadyAsync);
        var key = Persona.NewKey();
        await Eventually.Becomes(
            "points can be charged again",
            () => mina.Charges(50_000, key),
            charged => charged.Status == Created
        );
    }

    [TestCase(false, Category = "Long")]
    [TestCase(true, Category = "Long")]
    public async Task a_sale_goes_on_after_the_database_was_away(bool standsStill)
    {
        await using var system = await StartAsync(startHosts: true);
        var concert = await Given.AConcert(system: system);
        var mina = await Given.ACustomer(system);
        var bought = await mina.Buys(concert.Seat(1));
        var held = await mina.Reserves(concert.Seat(2));
        var before = system.HostA.Log.Warnings.Count;

        if (standsStill)
            system.PostgresGate!.Hold();
        else
            await system.PostgresGate!.CloseAsync();
        await Eventually.Until("the log says so", () => system.HostA.Log.Count(AwayLine) == 1);
        var (key, seat) = (Persona.NewKey(), concert.Seat(3));
        (await mina.Holds(key, seat)).ShouldBe(ServiceUnavailable, "overloaded");

        if (standsStill)
            system.PostgresGate.Release();
        else
            system.PostgresGate.Open();
        // The one outcome of the request whose answer was no answer.
        var again = await Eventually.Becomes(
            "the same request is answered",
            () => mina.Holds(key, seat),
            answer => answer.Status != ServiceUnavailable
        );
        again.ShouldBe(Created);
        (await mina.Holds(key, seat))["reservationId"]
            .GetInt64()
            .ShouldBe(again["reservationId"].GetInt64());
        (await mina.Charges(50_000)).ShouldBe(Created);
        (await mina.PaysByPoints(held)).ShouldBe(Created);
        await mina.SeesReservation(held, "CONFIRMED");
        (await mina.Sees(bought))["status"].GetString().ShouldBe("CONFIRMED");
        await system.HasLostNothing();
        system.HostA.Log.Warnings.Skip(before).ShouldHaveSingleItem().ShouldContain(AwayLine);
    }

    /// <summary>For all sessions from now on; those that there are end.</summary>
    private static async Task AlterAsync(TestSystem system, string change)
    {
        var name = new NpgsqlConnectionStringBuilder(system.Database.ConnectionString).Database;
        await using var server = NpgsqlDataSource.Create(
            TestServices.Required("ConnectionStrings__Postgres")
        );
        foreach (
            var sql in new[]
            {
                $"ALTER DATABASE {name} {change}",
                $"""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = '{name}' AND backend_type = 'client backend'
                    """,
            }
        )
        {
            await using var command = server.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task<Answer> CsvAsync(Persona who, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", who.AccessToken);
        request.Headers.Add("Accept", "text/csv");
        using var response = await who.Host.Http.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    private static Task<TestSystem> StartAsync(bool startHosts) =>
        TestSystem.StartAsync(
            new TestSystemOptions
            {
                Hosts = 1,
                Gates = true,
                StartHosts = startHosts,
            }
        );
}
