using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// The payment provider is slow, silent or broken in a sale, or says all that it says often.
/// </summary>
[Category("Long")]
[Category("AnyKafka")]
internal sealed class ProviderFaultTests
{
    private const int Customers = 10;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    private static readonly Temper ByCard = new([
        new(15, Deed.GivesBack),
        new(65, Deed.PaysByCard, Provider.GoodCard),
        new(20, Deed.PaysByCard, Provider.GoodCard, IsReturned: true),
    ]);

    private static readonly Temper ByWebhooks = new([
        new(50, Deed.PaysByCard, Provider.ToldThriceCard),
        new(25, Deed.PaysByCard, Provider.ToldBackwardsCard),
        new(25, Deed.PaysByCard, Provider.ToldThriceCard, IsReturned: true),
    ]);

    private FaultSystem _system = null!;
    private HostProcess _host = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _system = await FaultSystem.StartAsync();
        _host = await _system.StartHostAsync(
            // Who gets no answer knows so before its customer gives up.
            ("Payments:Gateway:TimeoutSeconds", "3"),
            ("Payments:MaxRetrySeconds", "5"),
            // Time is skipped after each sale, and the provider's clock goes its own way.
            ("Payments:Gateway:WebhookToleranceSeconds", "3600")
        );
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }

    [TestCase(Ailment.Slow)]
    [TestCase(Ailment.Silent)]
    [TestCase(Ailment.Broken)]
    public async Task whatever_ails_the_provider_money_moves_once(Ailment ailment)
    {
        var crowd = await Crowd.GatherAsync(_system, Customers, temper: ByCard);
        var provider = _system.Provider;
        var (before, since) = (provider.Struck, await _system.NowAsync());

        provider.Inflict(ailment);
        crowd.StartBuying();
        await Eventually.Until(
            $"the provider was {ailment} for {Duration.TotalSeconds} s, and hosts met it",
            async () =>
                await _system.NowAsync() > since + Duration && provider.Struck >= before + Customers
        );
        provider.Mend();

        await crowd.WaitUntilSoldOutAsync();
        await ShouldEndWellAsync();
    }

    [Test]
    public async Task a_provider_that_says_everything_thrice_and_backwards_is_believed_once()
    {
        _system.Provider.TellChangesTo(_host);
        var crowd = await Crowd.GatherAsync(_system, Customers, temper: ByWebhooks);
        var before = await HeardAsync();

        crowd.StartBuying();
        await crowd.WaitUntilSoldOutAsync();
        await ShouldEndWellAsync();

        await Eventually.Until("all is told", () => _system.Provider.WebhooksUnderWay == 0);
        var taken = await _system.Database.ScalarAsync<long>(
            """
            SELECT count(*) FROM payments.payments p
            JOIN reservations.reservations r ON r.id = p.reservation_id
            WHERE r.concert_id = $1 AND upper(p.status) IN ('COMPLETED', 'REFUNDED')
            """,
            crowd.ConcertId
        );
        (await HeardAsync() - before).ShouldBeGreaterThan(2 * taken);
    }

    /// <summary>Our books and the provider's say the same.</summary>
    private async Task ShouldEndWellAsync()
    {
        await _system.OutwaitLeasesAsync();
        await _system.VerifyAsync();
        var payments = await _system.Database.ReadAsync<string[]>(
            """
            SELECT ARRAY[payment_key, upper(status)] FROM payments.payments
            WHERE payment_key IS NOT NULL
            """
        );
        payments.ShouldNotBeEmpty();
        foreach (var payment in payments)
        {
            var expected = payment[1] switch
            {
                "COMPLETED" => "DONE",
                "REFUNDED" => "CANCELED",
                var other => $"nothing that is {other}",
            };
            _system.Provider.StatusOf(payment[0]).ShouldBe(expected);
        }
    }

    /// <summary>Webhooks that the host has answered with 200.</summary>
    private async Task<long> HeardAsync() =>
        await Scrape.SumAsync(
            _host,
            "http_server_request_duration_seconds_count",
            "http_route=\"/api/payments/webhooks/{provider}\"",
            "http_response_status_code=\"200\""
        ) ?? 0;
}
