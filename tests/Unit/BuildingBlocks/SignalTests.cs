using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Tests.Unit.BuildingBlocks;

internal sealed class SignalTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task who_waits_is_woken()
    {
        using var signal = new SomeSignal();
        var waiting = signal.WaitAsync(Patience, CancellationToken.None);

        signal.Set();

        (await waiting).ShouldBeTrue();
    }

    [Test]
    public async Task set_many_times_while_nobody_waits_it_wakes_once()
    {
        using var signal = new SomeSignal();
        signal.Set();
        signal.Set();

        (await signal.WaitAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBeTrue();
        (await signal.WaitAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBeFalse();
    }

    private sealed class SomeSignal : Signal;
}
