using ConcertReservation.Messaging;
using Confluent.Kafka;

namespace ConcertReservation.Tests.Integration;

/// <summary>One system with two hosts for all tests that leave it as they found it.</summary>
[SetUpFixture]
internal sealed class SharedSystem
{
    /// <summary>A consumer that never got partitions waits half a minute for them.</summary>
    private static readonly TimeSpan TeardownPatience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Tests read Kafka by calls that block, in the process in which hosts run: they shall not wait
    /// for each other's threads.
    /// </summary>
    private const int Threads = 100;

    private static TestSystem? _system;

    public static TestSystem System =>
        _system ?? throw new InvalidOperationException("The shared system did not start.");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        ThreadPool.SetMinThreads(Threads, Threads).ShouldBeTrue();
        _system = await TestSystem.StartAsync(new TestSystemOptions { FromNothing = true });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        // Below zero: the library counts a client as destroyed when that begins, and it may hang.
        await Eventually.Becomes(
            "every Kafka client that a host or a test made has been ended",
            () => Library.HandleCount - KafkaTeardown.Count,
            left => left <= 0,
            TeardownPatience
        );
    }
}

/// <summary>The time of the shared system.</summary>
internal static class Clock
{
    /// <summary>All later questions to database and hosts are so much later.</summary>
    public static Task Advance(int seconds) => SharedSystem.System.AdvanceAsync(seconds);
}
