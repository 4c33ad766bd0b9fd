using System.Net;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.DataPlatform;
using Microsoft.Extensions.DependencyInjection;

namespace ConcertReservation.Tests.Integration.DataPlatform;

/// <summary>The event store and the statistics of a small sale.</summary>
internal sealed class AnalyticsTests
{
    private TestSystem _system = null!;
    private ConcertOnSale _concert = null!;
    private Persona _buyer = null!;
    private Persona _organiser = null!;

    [OneTimeSetUp]
    public async Task Sell()
    {
        _system = await TestSystem.StartAsync();
        _organiser = await Given.AnOrganiser(_system);
        _concert = await Given.AConcert(seats: 10, price: 50_000, system: _system);
        _buyer = await Given.ACustomer(_system);

        var held = await _buyer.Holds(_concert.Seats(1, 2));
        await _buyer.Charges(100_000);
        await _buyer.PaysByPoints(held["reservationId"].GetInt64());
        var cancelled = await _buyer.Holds(_concert.Seat(3));
        await _buyer.Cancels(cancelled["reservationId"].GetInt64());
        await (await Given.ACustomer(_system)).Holds(_concert.Seat(4));
        await Eventually.Until("the statistics know of the sale", KnowsTheSale);
    }

    [OneTimeTearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task a_concert_shows_what_is_held_and_sold()
    {
        var statistics = await _organiser.Api.Get($"/api/analytics/concerts/{_concert.Id}");

        statistics.ShouldBe(HttpStatusCode.OK);
        statistics["totalSeats"].GetInt32().ShouldBe(10);
        statistics["bookings"].GetInt64().ShouldBe(3);
        statistics["confirmations"].GetInt64().ShouldBe(1);
        statistics["cancellations"].GetInt64().ShouldBe(1);
        statistics["heldSeats"].GetInt64().ShouldBe(1);
        statistics["soldSeats"].GetInt64().ShouldBe(2);
        statistics["revenue"].GetInt64().ShouldBe(100_000);
        statistics["sellThrough"].GetDouble().ShouldBe(0.2);
        statistics["hours"].EnumerateArray().Last().GetProperty("soldSoFar").GetInt64().ShouldBe(2);
    }

    [Test]
    public async Task an_hour_shows_what_happened_in_it()
    {
        var statistics = await _organiser.Api.Get("/api/analytics/hourly");

        var total = statistics.ShouldBe(HttpStatusCode.OK)["total"];
        total.GetProperty("bookings").GetInt64().ShouldBe(3);
        total.GetProperty("seatsBooked").GetInt64().ShouldBe(4);
        total.GetProperty("confirmations").GetInt64().ShouldBe(1);
        total.GetProperty("revenue").GetInt64().ShouldBe(100_000);
        total.GetProperty("cancellations").GetInt64().ShouldBe(1);
        statistics["hours"].GetArrayLength().ShouldBeInRange(24, 25);
    }

    [Test]
    public async Task customers_see_their_own_statistics_and_nobody_elses()
    {
        var path = $"/api/analytics/customers/{_buyer.Id}";
        var stranger = await Given.ACustomer(_system);

        var own = (await _buyer.Api.Get(path)).ShouldBe(HttpStatusCode.OK);
        own["spend"].GetInt64().ShouldBe(100_000);
        own["bookings"].GetInt64().ShouldBe(2);
        own["favouriteArtists"][0].GetProperty("seats").GetInt64().ShouldBe(2);
        (await _organiser.Api.Get(path)).ShouldBe(HttpStatusCode.OK).Body.ShouldBe(own.Body);
        (await stranger.Api.Get(path)).ShouldBe(HttpStatusCode.NotFound, "not-found", "id");
        (await new Api(_system.HostA).Get(path)).ShouldBe(
            HttpStatusCode.Unauthorized,
            "not-signed-in"
        );
    }

    [Test]
    public async Task only_organisers_and_operators_see_concerts_and_hours()
    {
        var operatorPersona = await Given.TheOperator(_system);
        foreach (var path in new[] { "hourly", $"concerts/{_concert.Id}" })
        {
            var full = $"/api/analytics/{path}";
            (await operatorPersona.Api.Get(full)).ShouldBe(HttpStatusCode.OK);
            (await _buyer.Api.Get(full)).ShouldBe(HttpStatusCode.Forbidden, "forbidden");
            (await new Api(_system.HostB).Get(full)).ShouldBe(
                HttpStatusCode.Unauthorized,
                "not-signed-in"
            );
        }
    }

    [TestCase("hourly?from=2026-11-20T11:00:00Z&to=2026-11-20T10:00:00Z", "from")]
    [TestCase("hourly?from=2026-01-01T00:00:00Z&to=2026-11-20T10:00:00Z", "to")]
    [TestCase("hourly?from=yesterday", "from")]
    [TestCase("hourly?from=9999-12-31T23:59:59Z", "from")]
    [TestCase("hourly?to=0001-01-01T00:00:00Z", "to")]
    [TestCase("hourly?from=0001-01-01T00:00:00Z", "from")]
    [TestCase("hourly?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z", "from", "to")]
    public async Task bad_input_is_refused_with_the_field_named(string path, params string[] fields)
    {
        var answer = await _organiser.Api.Get($"/api/analytics/{path}");

        answer.ShouldBe(HttpStatusCode.BadRequest, "validation", fields);
    }

    [TestCase("from=2026-11-20T11:00:00Z&to=2026-11-20T11:00:00.0000001Z", 1)]
    [TestCase("from=2026-11-20T11:59:59Z&to=2026-11-20T12:00:01Z", 2)]
    [TestCase("from=2026-11-20T20:30:00%2B09:30&to=2026-11-20T12:00:00Z", 1)]
    [TestCase("from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z", 744)]
    public async Task every_hour_that_the_range_touches_is_shown(string range, int hours)
    {
        var statistics = await _organiser.Api.Get($"/api/analytics/hourly?{range}");

        statistics.ShouldBe(HttpStatusCode.OK)["hours"].GetArrayLength().ShouldBe(hours);
    }

    [Test]
    public async Task what_does_not_exist_is_not_found()
    {
        foreach (var path in new[] { "concerts/999999999", "customers/999999999" })
        {
            var answer = await _organiser.Api.Get($"/api/analytics/{path}");
            answer.ShouldBe(HttpStatusCode.NotFound, "not-found", "id");
        }
    }

    [TestCase("concerts/0")]
    [TestCase("concerts/-1")]
    [TestCase("customers/0")]
    [TestCase("concerts/0/funnel")]
    [TestCase("concerts/0/sell-through")]
    [TestCase("concerts/0/bookings")]
    public async Task an_id_that_can_be_nobodys_is_refused_everywhere_alike(string path) =>
        (await _organiser.Api.Get($"/api/analytics/{path}")).ShouldBe(
            HttpStatusCode.BadRequest,
            "validation",
            "id"
        );

    /// <summary>What changes while an answer is read is in all of it, or in nothing.</summary>
    [Test]
    public async Task an_answer_about_a_customer_is_of_one_moment()
    {
        const string Set = "UPDATE data_platform.customer_hours SET bookings = bookings";
        await using var other = await _system.Database.DataSource.OpenConnectionAsync();
        await using var begun = await other.BeginTransactionAsync();
        await using var command = other.CreateCommand();
        command.CommandText = "LOCK TABLE data_platform.customer_hours IN ACCESS EXCLUSIVE MODE";
        await command.ExecuteNonQueryAsync();
        var asked = _buyer.Api.Get($"/api/analytics/customers/{_buyer.Id}");
        await Eventually.Until(
            "the answer waits for the hours",
            () =>
                _system.Database.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
                        WHERE datname = current_database() AND NOT granted
                            AND relation = 'data_platform.customer_hours'::regclass)
                    """
                )
        );
        command.CommandText = $"{Set} + 100";
        await command.ExecuteNonQueryAsync();
        await begun.CommitAsync();

        var answer = (await asked).ShouldBe(HttpStatusCode.OK);

        await _system.Database.ExecuteAsync($"{Set} - 100");
        answer["hoursOfDay"]
            .EnumerateArray()
            .Sum(h => h.GetProperty("bookings").GetInt64())
            .ShouldBe(answer["bookings"].GetInt64());
    }

    [Test]
    public async Task every_event_is_stored_once_as_it_was_published()
    {
        await Eventually.Until(
            "what the outbox told is stored, byte for byte",
            async () =>
                await _system.Database.ScalarAsync<long>(
                    """
                    SELECT count(*) FROM messaging.outbox o
                    FULL JOIN data_platform.events e USING (event_id)
                    WHERE o.body IS DISTINCT FROM e.body OR o.key IS DISTINCT FROM e.key
                        OR o.version IS DISTINCT FROM e.version
                        OR NOT 'ce_id' = ANY(e.header_names)
                    """
                ) == 0
        );
        var repeats = await _system.Database.ScalarAsync<long>(
            "SELECT count(*) - count(DISTINCT event_id) FROM data_platform.events"
        );

        repeats.ShouldBe(0);
    }

    [Test]
    public async Task a_replay_of_everything_changes_no_number()
    {
        var before = await StatisticsContent.ReadAsync(_system.Database);
        await using var scope = _system.HostA.Services.CreateAsyncScope();
        var history = scope.ServiceProvider.GetRequiredService<IEventHistory>();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var events = new List<CountedEvent>();
        await foreach (
            var e in history.ReadAsync([.. Topics.Partitions.Keys], CancellationToken.None)
        )
            events.Insert(0, CountedEvent.Read(e.EventType, e.Version, e.Body.Span));

        await work.RunAsync(
            async stop =>
            {
                await Statistics.ApplyAsync(work, StatisticsTables.Schema, events, stop);
                return events.Count;
            },
            CancellationToken.None
        );

        (await StatisticsContent.ReadAsync(_system.Database)).ShouldBe(before);
    }

    /// <summary>The four topics are read side by side; any may come last.</summary>
    private async Task<bool> KnowsTheSale() =>
        await _system.Database.ScalarAsync<long>(
            $"""
            SELECT count(*)
            FROM data_platform.concert_totals JOIN data_platform.concerts USING (concert_id)
            WHERE concert_id = {_concert.Id} AND artist IS NOT NULL
                AND (bookings, confirmations, cancellations) = (3, 1, 1)
                AND EXISTS (SELECT FROM data_platform.payments WHERE completed_at IS NOT NULL)
                AND (SELECT count(*) FROM data_platform.customers) >= 4
            """
        ) == 1;
}
