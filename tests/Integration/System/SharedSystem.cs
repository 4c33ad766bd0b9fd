namespace ConcertReservation.Tests.Integration;

/// <summary>One system with two hosts for all tests that leave it as they found it.</summary>
[SetUpFixture]
internal sealed class SharedSystem
{
    private static TestSystem? _system;

    public static TestSystem System =>
        _system ?? throw new InvalidOperationException("The shared system did not start.");

    [OneTimeSetUp]
    public async Task StartAsync() => _system = await TestSystem.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
    }
}

/// <summary>The time of the shared system.</summary>
internal static class Clock
{
    /// <summary>All later questions to database and hosts are so much later.</summary>
    public static Task Advance(int seconds) => SharedSystem.System.AdvanceAsync(seconds);
}
