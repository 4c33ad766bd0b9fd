using ConcertReservation.Reservations;

namespace ConcertReservation.Tests.Unit.Reservations;

internal sealed class SharedReadTests
{
    [Test]
    public async Task who_asks_during_a_read_shares_the_next_one()
    {
        var reads = new List<TaskCompletionSource<int>>();
        var started = new SemaphoreSlim(0);
        var shared = new SharedRead<int>(() =>
        {
            var read = new TaskCompletionSource<int>();
            reads.Add(read);
            started.Release();
            return read.Task;
        });

        var first = shared.NextAsync();
        await started.WaitAsync();
        var second = shared.NextAsync();
        var third = shared.NextAsync();
        reads[0].SetResult(1);
        await started.WaitAsync();
        reads[1].SetResult(2);

        (await first).ShouldBe(1);
        (await second).ShouldBe(2);
        (await third).ShouldBe(2);
        reads.Count.ShouldBe(2);
    }

    [Test]
    public async Task a_failed_read_does_not_spoil_the_next_one()
    {
        var reads = 0;
        var shared = new SharedRead<int>(() =>
            ++reads == 1 ? throw new InvalidOperationException("away") : Task.FromResult(reads)
        );

        await Should.ThrowAsync<InvalidOperationException>(shared.NextAsync);
        (await shared.NextAsync()).ShouldBe(2);
    }
}
