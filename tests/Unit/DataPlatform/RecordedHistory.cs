using ConcertReservation.Contracts;
using ConcertReservation.DataPlatform;

namespace ConcertReservation.Tests.Unit.DataPlatform;

/// <summary>What an aggregate told, and what it was after each step.</summary>
/// <typeparam name="TWas">What of the aggregate its events have to tell.</typeparam>
internal sealed class RecordedHistory<TWas>(Random random)
{
    private readonly List<DomainEvent> _events = [];
    private readonly List<(DateTimeOffset Time, TWas Was)> _steps = [];

    public DateTimeOffset Now { get; private set; } = new(2026, 11, 20, 11, 0, 0, TimeSpan.Zero);

    /// <summary>Goes on by up to a minute; between two steps there is always some time.</summary>
    public void Wait() => Now = Now.AddMilliseconds(random.Next(1, 60_000));

    public void Record(IEnumerable<DomainEvent> happened, TWas was)
    {
        _events.AddRange(happened);
        _steps.Add((Now, was));
    }

    /// <summary>
    /// Late, repeated and out of order, the events tell of each time what was so then.
    /// </summary>
    public void ShouldBeTold<TState>(string key, Fold<TState> fold, Func<Told<TState>, TWas> tells)
        where TState : class
    {
        var received = _events.Concat(random.GetItems(_events.ToArray(), _events.Count)).ToArray();
        random.Shuffle(received);
        var kept = Received(received);
        foreach (var (time, was) in _steps)
        {
            var told = AsOf.Of(kept, key, time, fold);
            told.IsComplete.ShouldBeTrue();
            tells(told).ShouldBe(was, $"as of {time:O}");
        }

        tells(AsOf.Of(kept, key, null, fold)).ShouldBe(_steps[^1].Was, "now");
        AsOf.Of(kept, key, _events[0].OccurredAt.AddTicks(-1), fold).State.ShouldBeNull();
    }

    public static IReadOnlyList<KeptEvent> Received(params IEnumerable<DomainEvent> events) =>
        [
            .. events.Select(
                (e, i) =>
                    new KeptEvent(
                        i,
                        e.OccurredAt,
                        e.Topic,
                        0,
                        i,
                        e.EventId,
                        e.EventType,
                        e.Version,
                        e.OccurredAt,
                        null,
                        EventCatalogue.Serialize(e)
                    )
            ),
        ];
}
