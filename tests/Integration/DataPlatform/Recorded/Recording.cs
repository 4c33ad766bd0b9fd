using ConcertReservation.Tests.Integration.Sale;

namespace ConcertReservation.Tests.Integration.DataPlatform.Recorded;

/// <summary>One recorded sale, in a system of its own, for tests that only look at it.</summary>
[SetUpFixture]
[Parallelizable]
[SingleThreaded]
internal sealed class Recording
{
    private static TestSystem? _system;

    public static TestSystem System =>
        _system ?? throw new InvalidOperationException("The recorded sale did not start.");

    public static Persona Operator { get; private set; } = null!;
    public static RecordedSale Sale { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task SellAsync()
    {
        _system = await TestSystem.StartAsync(
            new TestSystemOptions { Hosts = 1, Settings = LateMoney.Settings }
        );
        Operator = await Given.TheOperator(_system);
        Sale = new RecordedSale(_system, Operator);
        await Sale.RunAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }
}
