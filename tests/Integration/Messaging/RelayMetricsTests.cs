using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>What an operator sees of the relay, by the names of the design.</summary>
[Parallelizable]
internal sealed class RelayMetricsTests
{
    /// <summary>
    /// No other test's outbox is just so deep: all hosts of a process share their meters.
    /// </summary>
    private const int Backlog = 1237;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _measured = new();
    private readonly ConcurrentQueue<(string Name, double Value, string Tags)> _gauges = new();
    private MeterListener _listener = null!;
    private MessagingSystem _system = null!;

    [SetUp]
    public async Task Start()
    {
        _measured.Clear();
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == MessagingTelemetry.Name)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Note(i, value, tags));
        _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Note(i, value, tags));
        _listener.Start();
        _system = await MessagingSystem.StartAsync(alwaysEmbedded: true);
    }

    [TearDown]
    public async Task Stop()
    {
        await _system.DisposeAsync();
        _listener.Dispose();
    }

    [Test]
    public async Task without_kafka_depth_and_age_rise_and_on_its_return_latency_is_told()
    {
        await _system.StartHostAsync();
        await _system.PublishAsync(SomeEvents.SignUp(1));
        await Eventually.Becomes("it is in Kafka", _system.ReadKafka, r => r.Count == 1);
        await GrowBacklogAsync();
        await Eventually.Until(
            "the producer's errors are counted by their code",
            () =>
                _measured.Any(m =>
                    m is { Name: "kafka.producer.error", Value: > 0 }
                    && m.Tags.StartsWith("error=", StringComparison.Ordinal)
                ),
            Patience
        );
        Measured()
            .Max(m => m is { Name: "outbox.oldest.age" } ? m.Value : 0)
            .ShouldBeGreaterThan(0);

        _measured.Clear();
        _system.Embedded.BringUp();

        await Eventually.Until(
            "what waited is sent",
            () => _measured.Count(m => m.Name == "outbox.relay.latency") >= Backlog,
            Patience
        );
        _measured
            .Where(m => m.Name == "outbox.relay.latency")
            .Max(m => m.Value)
            .ShouldBeGreaterThan(0);
        await Eventually.Until(
            "nothing waits any more",
            () => Measured().All(m => m is not { Name: "outbox.depth", Value: Backlog }),
            Patience
        );
    }

    [Test]
    [Category("Long")]
    public async Task a_host_that_is_the_relay_no_more_reports_no_depth()
    {
        var host = await _system.StartHostAsync();
        await GrowBacklogAsync();
        await host.StopAsync();

        Measured().ShouldNotContain(("outbox.depth", Backlog, ""));
    }

    [Test]
    [Category("Long")]
    public async Task a_relay_that_cannot_measure_reports_no_depth()
    {
        await _system.StartHostAsync();
        await GrowBacklogAsync();
        await _system.ExecuteAsync("ALTER TABLE messaging.outbox RENAME TO outbox_away");

        await Eventually.Until(
            "the last measure is reported no longer",
            () => !Measured().Contains(("outbox.depth", Backlog, "")),
            Patience
        );
    }

    /// <summary>Takes Kafka down, and returns when the backlog that then grows is told.</summary>
    private async Task GrowBacklogAsync()
    {
        _system.Embedded.TakeDown();
        await _system.PublishAsync([
            .. Enumerable.Range(1, Backlog).Select(user => SomeEvents.SignUp(user)),
        ]);

        await Eventually.Until(
            "the depth is told",
            () => Measured().Contains(("outbox.depth", Backlog, "")),
            Patience
        );
    }

    /// <summary>What the gauges say now.</summary>
    private IReadOnlyList<(string Name, double Value, string Tags)> Measured()
    {
        _gauges.Clear();
        _listener.RecordObservableInstruments();
        return [.. _gauges];
    }

    private void Note(
        Instrument instrument,
        double value,
        ReadOnlySpan<KeyValuePair<string, object?>> tags
    ) =>
        (instrument.IsObservable ? _gauges : _measured).Enqueue(
            (
                instrument.Name,
                value,
                string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"))
            )
        );
}
