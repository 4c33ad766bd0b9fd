namespace ConcertReservation.Tests.Integration.Payments;

/// <summary>
/// One system for all tests of this room; each test brings its own customers and reservations.
/// One after the other, for they share the wire to the provider.
/// </summary>
[SetUpFixture]
[Parallelizable]
[SingleThreaded]
internal sealed class PaymentsFixture
{
    public static PaymentsSystem System { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => System = await PaymentsSystem.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await System.DisposeAsync();
}
