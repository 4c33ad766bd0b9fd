using System.Collections.Concurrent;
using System.Diagnostics;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>Kafka answers, and refuses what it is sent.</summary>
[Parallelizable]
internal sealed class RelayRefusalTests
{
    /// <summary>Too many bytes for one request: several are on their way at once.</summary>
    private const int Events = 40;

    private const int BodyBytes = 60_000;

    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start() => _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);

    [TearDown]
    public async Task Stop() => await _system.DisposeAsync();

    [Test]
    public async Task no_event_overtakes_one_of_its_key_that_was_refused()
    {
        await StartHostAsync();

        _system.Embedded.RefuseMessages(requests: 1);
        await _system.PublishAsync(Rows());

        await AllArriveInOrderAsync();
    }

    [Test]
    [Category("Long")]
    public async Task what_is_behind_refused_events_is_not_sent_again_with_every_attempt()
    {
        // One more than can be on their way at once: later attempts are refused too.
        const int requests = 6;
        var rows = Rows();
        using var attempts = new Attempts();
        await StartHostAsync();

        _system.Embedded.RefuseMessages(requests);
        await _system.PublishAsync(rows);

        await AllArriveInOrderAsync();
        attempts.At(rows[0]).ShouldBeGreaterThan(2, "it was refused again and again");
        attempts.At(rows[^1]).ShouldBeInRange(1, 2, "before the first refusal and after the last");
    }

    private Task StartHostAsync() =>
        _system.StartHostAsync(
            configure: null,
            ("Relay:PageRows", "5"),
            ("Relay:RetryMilliseconds", "50")
        );

    private async Task AllArriveInOrderAsync()
    {
        var versions = await Eventually.Becomes(
            "all events are in Kafka",
            () => _system.ReadKafka().Select(r => r.Version()).Distinct().ToList(),
            v => v.Count == Events
        );
        versions.ShouldBe(Enumerable.Range(1, Events).Select(v => (long)v));
    }

    private static List<OutboxRow> Rows()
    {
        var name = new string('m', BodyBytes);
        return [.. Enumerable.Range(1, Events).Select(v => SomeEvents.SignUp(1, v, name))];
    }

    /// <summary>Counts in the traces how often each event was sent.</summary>
    private sealed class Attempts : IDisposable
    {
        private readonly ConcurrentDictionary<Guid, int> _counts = new();
        private readonly ActivityListener _listener;

        public Attempts()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source == MessagingTelemetry.Activities,
                Sample = (ref _) => ActivitySamplingResult.AllData,
                ActivityStarted = span =>
                {
                    if (span.GetTagItem("messaging.message.id") is Guid id)
                        _counts.AddOrUpdate(id, 1, (_, count) => count + 1);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public int At(OutboxRow row) => _counts.GetValueOrDefault(row.EventId);

        public void Dispose() => _listener.Dispose();
    }
}
