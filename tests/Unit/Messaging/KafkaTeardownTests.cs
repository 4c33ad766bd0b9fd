using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Unit.Messaging;

/// <summary>How the end of a client that does not end is bounded.</summary>
[NonParallelizable]
internal sealed class KafkaTeardownTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public void a_client_that_ends_is_not_counted()
    {
        var before = KafkaTeardown.Count;
        var steps = new List<string>();

        KafkaTeardown.End(new Client(() => steps.Add("ended")), Patience, () => steps.Add("first"));

        steps.ShouldBe(["first", "ended"]);
        KafkaTeardown.Count.ShouldBe(before);
    }

    [Test]
    public void a_client_that_does_not_end_holds_nobody_and_stays_counted_until_it_does()
    {
        var before = KafkaTeardown.Count;
        using var end = new ManualResetEventSlim();

        KafkaTeardown.End(new Client(end.Wait), TimeSpan.FromMilliseconds(50));

        KafkaTeardown.Count.ShouldBe(before + 1);
        end.Set();
        SpinWait
            .SpinUntil(() => KafkaTeardown.Count == before, Patience)
            .ShouldBeTrue("it has ended");
    }

    [Test]
    public void a_client_whose_end_fails_does_not_end_the_process_and_stays_counted()
    {
        var before = KafkaTeardown.Count;
        var client = new Client(() => throw new InvalidOperationException("It does not end."));

        KafkaTeardown.End(client, Patience);

        KafkaTeardown.Count.ShouldBe(before + 1);
    }

    [Test]
    public void a_client_whose_last_work_fails_is_not_destroyed_and_stays_counted()
    {
        var before = KafkaTeardown.Count;
        var isDestroyed = false;

        KafkaTeardown.End(
            new Client(() => isDestroyed = true),
            Patience,
            () => throw new InvalidOperationException("It cannot be flushed.")
        );

        isDestroyed.ShouldBeFalse();
        KafkaTeardown.Count.ShouldBe(before + 1);
    }

    private sealed class Client(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
