using System.Net;
using ConcertReservation.Tests.Integration.DataPlatform;
using ConcertReservation.Tests.Integration.Verification;

namespace ConcertReservation.Tests.Integration.Sale;

/// <summary>
/// Statistics and rankings are built anew while seats are sold and given back, each with its money:
/// they miss none of it and count none of it twice.
/// </summary>
[Parallelizable]
internal sealed class RebuiltMeanwhileTests
{
    private const int Customers = 4;
    private const string Rankings = "/api/ops/rankings/rebuild";

    private TestSystem _system = null!;
    private Persona _operator = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _system = await TestSystem.StartAsync(
            new TestSystemOptions { Settings = AnalyticsRebuild.Settings(pageEvents: 20) }
        );
        _operator = await Given.TheOperator(_system);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [Test]
    [Category("Long")]
    public async Task built_anew_during_sales_and_refunds_everything_is_as_it_was_counted()
    {
        var concert = await Given.AConcert(seats: Customers, system: _system);
        var customers = await Given.Customers(Customers, _system);
        using var enough = new CancellationTokenSource();
        var selling = Task.WhenAll(
            customers.Select((c, i) => ChangeMindAsync(c, concert.Seat(i + 1), enough.Token))
        );

        var meanwhile = 0L;
        foreach (var host in _system.Hosts.Concat(_system.Hosts))
        {
            var before = await RefundsAsync();
            await Eventually.Until(
                "sales go on being given back",
                async () => await RefundsAsync() > before
            );
            before = await RefundsAsync();
            await RebuildBothAsync(_operator.On(host));
            meanwhile += await RefundsAsync() - before;
        }

        await enough.CancelAsync();
        await selling;

        meanwhile.ShouldBeGreaterThan(0, "refunds while something was being built");
        await _operator.Ranks(concert, seats: Customers);
        await _operator.SeesConcert(concert.Id, "SOLD_OUT");
        await _system.HasLostNothing();
        var (live, ranked) = (await StatisticsAsync(), await RankedAsync());
        await RebuildBothAsync(_operator);
        (await StatisticsAsync()).ShouldBe(live);
        (await RankedAsync()).ShouldBe(ranked);
    }

    /// <summary>Buys a seat and gives it back, again and again, and keeps it in the end.</summary>
    private static async Task ChangeMindAsync(Persona customer, Seat seat, CancellationToken enough)
    {
        var bought = await customer.Buys(seat);
        while (!enough.IsCancellationRequested)
        {
            (await customer.Cancels(bought)).ShouldBe(HttpStatusCode.NoContent);
            bought = await customer.Buys(seat);
        }
    }

    private static async Task RebuildBothAsync(Persona caller)
    {
        (await caller.Api.Post(Rankings)).ShouldBe(HttpStatusCode.Accepted);
        await AnalyticsRebuild.RunAsync(caller);
        await Eventually.Becomes(
            "the rankings are built anew",
            () => caller.Api.Get(Rankings),
            seen => seen["state"].GetString() == "done"
        );
    }

    private Task<long> RefundsAsync() =>
        _system.Database.ScalarAsync<long>(
            "SELECT count(*) FROM messaging.outbox WHERE event_type = 'PAYMENT_REFUNDED'"
        );

    private Task<string> StatisticsAsync() => StatisticsContent.SettledAsync(_system.Database);

    /// <summary>All rankings as text.</summary>
    private async Task<string> RankedAsync()
    {
        var rankings = new List<string>();
        foreach (var path in new[] { "bookings?limit=100", "sold-out?limit=100" })
        {
            var ranking = await _operator.Api.Get($"/api/rankings/{path}");
            rankings.Add(ranking.ShouldBe(HttpStatusCode.OK).Body);
        }

        return string.Join('\n', rankings);
    }
}
