using ConcertReservation.Tests.Faults.Harness;

namespace ConcertReservation.Tests.Faults.Processes;

/// <summary>
/// A sale begins while one of the host's lines is as lines are at times, and ends when it is well
/// again: whichever line and whatever is wrong with it.
/// </summary>
[Category("Long")]
internal sealed class NetworkTests
{
    private const int Customers = 10;

    /// <summary>Longer than a client waits for its answer.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    private OwnBrokers? _brokers;
    private FaultSystem _system = null!;
    private Network _network = null!;

    public static IEnumerable<TestCaseData> Cases() =>
        from service in Enum.GetValues<Service>()
        from manner in Enum.GetValues<Manner>()
        select new TestCaseData(service, manner);

    [OneTimeSetUp]
    public async Task Start()
    {
        _brokers = await OwnBrokers.StartAsync();
        _system = await FaultSystem.StartAsync(_brokers.BootstrapServers);
        _network = new Network(_system, _brokers);
        await _system.StartHostAsync([
            .. _network.Settings,
            ("Kafka:Replication", "3"),
            ("Kafka:MinInSync", "2"),
        ]);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_brokers is null)
            return;

        if (_system is not null)
            await _system.DisposeAsync();
        _network?.Dispose();
        await _brokers.DisposeAsync();
    }

    [TestCaseSource(nameof(Cases))]
    public async Task whatever_a_line_does_the_sale_ends_well(Service service, Manner manner)
    {
        var crowd = await Crowd.GatherAsync(_system, Customers);
        var (before, since) = (_network.Struck(service), await _system.NowAsync());

        _network.Inflict(service, manner);
        crowd.StartBuying();
        await Eventually.Until(
            $"{service} was {manner} for {Duration.TotalSeconds} s, and it struck",
            async () =>
                await _system.NowAsync() > since + Duration && _network.Struck(service) > before
        );
        _network.Mend();

        // Of payments whose outcome nobody heard.
        await _system.OutwaitLeasesAsync();
        await crowd.WaitUntilSoldOutAsync();
        await _system.VerifyAsync();
    }
}
