using System.Net;
using Npgsql;

namespace ConcertReservation.Tests.Integration.DataPlatform;

/// <summary>The statistics are built anew while two hosts go on counting.</summary>
[Parallelizable]
internal sealed class AnalyticsRebuildTests
{
    private TestSystem _system = null!;
    private Persona _operator = null!;
    private ConcertOnSale _concert = null!;
    private Persona _customer = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _system = await TestSystem.StartAsync(
            new TestSystemOptions { Settings = AnalyticsRebuild.Settings(pageEvents: 50) }
        );
        _operator = await Given.TheOperator(_system);
        _customer = await Given.ACustomer(_system);
    }

    [SetUp]
    public async Task Sell()
    {
        _concert = await Given.AConcert(seats: 10, system: _system);
        var held = await _customer.Holds(_concert.Seats(1, 2));
        await _customer.Charges(100_000);
        await _customer.PaysByPoints(held["reservationId"].GetInt64());
        await Eventually.Until(
            "the sale is confirmed",
            async () => (await ConcertAsync("confirmations")) == 1
        );
    }

    [OneTimeTearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    [Category("Long")]
    public async Task they_equal_the_live_ones_however_many_events_come_meanwhile()
    {
        const int Rebuilds = 6;
        using var enough = new CancellationTokenSource();
        var customers = await Given.Customers(6, _system);
        var crowd = customers.Select((c, i) => ChangeMindAsync(c, seat: 3 + i, enough.Token));
        var changing = Task.WhenAll(crowd);
        var read = new List<long>();
        for (var i = 0; i < Rebuilds; i++)
        {
            await Eventually.Until(
                "events go on coming",
                async () => await EventsAsync() > read.LastOrDefault()
            );
            var before = await EventsAsync();
            var done = await AnalyticsRebuild.RunAsync(_operator.On(_system.Hosts[i % 2]));
            // All that there was when it began, and nothing that came after its end.
            read.Add(done["read"].GetInt64());
            read[^1].ShouldBeInRange(before, await EventsAsync());
        }

        await enough.CancelAsync();
        await changing;

        read.ShouldBeInOrder();
        read.ShouldBeUnique("each has what came since the one before");
        await ShouldEqualAnotherRebuildAsync();
    }

    [Test]
    public async Task what_somebody_spoilt_by_hand_is_right_again()
    {
        var right = await StatisticsContent.SettledAsync(_system.Database);
        await _system.Database.ExecuteAsync(
            """
            UPDATE data_platform.hours SET revenue = revenue + 1;
            UPDATE data_platform.concerts SET name = 'another', name_version = 99;
            DELETE FROM data_platform.reservations;
            UPDATE data_platform.payments SET completed_at = NULL, amount = -1;
            INSERT INTO data_platform.customers VALUES (-1);
            INSERT INTO data_platform.customer_totals VALUES (-1, -1, 1, 1, 1, 1);
            """
        );

        var done = await AnalyticsRebuild.RunAsync(_operator);

        (await StatisticsContent.ReadAsync(_system.Database)).ShouldBe(right);
        done["read"].GetInt64().ShouldBe(await EventsAsync());
        done["requestedBy"].GetString().ShouldBe($"account {_operator.Id}");
    }

    [Test]
    public async Task while_somebody_reads_for_long_the_new_ones_wait_and_live_events_do_not()
    {
        await using var reader = await _system.Database.DataSource.OpenConnectionAsync();
        await using var reading = await reader.BeginTransactionAsync();
        await ExecuteAsync(reader, "SELECT count(*) FROM data_platform.hours");

        var before = GivenWay();
        var begun = await AnalyticsRebuild.RequestAsync(_operator);
        await Eventually.Until("the swap has given way", () => GivenWay() > before);
        await _customer.Holds(_concert.Seat(3));
        await BookingsAreAsync(2, within: TimeSpan.FromSeconds(10));
        var again = await AnalyticsRebuild.RequestAsync(_operator.On(_system.HostB));
        again["state"].GetString().ShouldBe("running");
        again["startedAt"].GetString().ShouldBe(begun["startedAt"].GetString());

        await reading.CommitAsync();
        var done = await AnalyticsRebuild.DoneAsync(_operator);
        done["startedAt"].GetString().ShouldBe(begun["startedAt"].GetString());
        await BookingsAreAsync(2);
        await ShouldEqualAnotherRebuildAsync();
    }

    /// <summary>
    /// It has drawn its numbers, and others with higher ones commit before it: a rebuild that had
    /// read up to these would miss it for good.
    /// </summary>
    [Test]
    public async Task a_batch_that_is_being_counted_is_waited_for()
    {
        var other = await Given.AConcert(system: _system);
        await using var holder = await _system.Database.DataSource.OpenConnectionAsync();
        await using var holding = await holder.BeginTransactionAsync();
        await ExecuteAsync(
            holder,
            $"""
            SELECT FROM data_platform.concert_totals WHERE concert_id = {_concert.Id} FOR UPDATE
            """
        );
        await _customer.Holds(_concert.Seat(3));
        await SomebodyWaitsAsync($"{holder.ProcessID} = ANY(pg_blocking_pids(pid))");
        await _customer.Holds(other.Seat(1));

        await AnalyticsRebuild.RequestAsync(_operator);
        await SomebodyWaitsAsync("query LIKE 'SELECT pg_advisory_xact_lock(%'");
        (await _operator.Api.Get(AnalyticsRebuild.Path))["read"].GetInt64().ShouldBe(0);
        await holding.CommitAsync();

        await AnalyticsRebuild.DoneAsync(_operator);
        await BookingsAreAsync(2);
        await ShouldEqualAnotherRebuildAsync();
    }

    [Test]
    public async Task constraints_indexes_settings_comments_and_grants_stay_as_they_are()
    {
        await _system.Database.ExecuteAsync("GRANT SELECT ON data_platform.hours TO PUBLIC");
        var before = await StatisticsContent.DescribeTablesAsync(_system.Database);
        foreach (var part in new[] { "hours_concert_id_hour_idx", "fillfactor=50", "KST", "=r/" })
            before.ShouldContain(part);

        await AnalyticsRebuild.RunAsync(_operator);

        var after = await StatisticsContent.DescribeTablesAsync(_system.Database);
        after.ShouldBe(before);
    }

    private Task<long> EventsAsync() =>
        _system.Database.ScalarAsync<long>("SELECT count(*) FROM data_platform.events");

    private int GivenWay() => _system.Hosts.Sum(h => h.Log.Count("The new statistics wait"));

    /// <summary>Holds a seat and gives it back, again and again.</summary>
    private async Task ChangeMindAsync(Persona customer, int seat, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var held = await customer.Holds(_concert.Seat(seat));
            held.ShouldBe(HttpStatusCode.Created);
            await customer.Cancels(held["reservationId"].GetInt64());
        }
    }

    private Task BookingsAreAsync(long bookings, TimeSpan? within = null) =>
        Eventually.Becomes(
            $"the concert has had {bookings} bookings",
            () => ConcertAsync("bookings"),
            seen => seen == bookings,
            within
        );

    /// <summary>A number of the concert's statistics; null while they do not know it.</summary>
    private async Task<long?> ConcertAsync(string number)
    {
        var seen = await _operator.Api.Get($"/api/analytics/concerts/{_concert.Id}");
        return seen.IsSuccess ? seen[number].GetInt64() : null;
    }

    private async Task ShouldEqualAnotherRebuildAsync()
    {
        var live = await StatisticsContent.SettledAsync(_system.Database);
        await AnalyticsRebuild.RunAsync(_operator);
        (await StatisticsContent.ReadAsync(_system.Database)).ShouldBe(live);
    }

    private Task SomebodyWaitsAsync(string forWhat) =>
        Eventually.Until(
            $"somebody waits: {forWhat}",
            () =>
                _system.Database.ScalarAsync<bool>(
                    $"""
                    SELECT EXISTS (SELECT FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'
                            AND {forWhat})
                    """
                )
        );

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
