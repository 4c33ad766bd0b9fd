using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ConcertReservation.Messaging;

namespace ConcertReservation.Tests.Integration.Messaging;

/// <summary>What one host's meters tell an operator.</summary>
internal sealed class HostMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Name, long Value, string Tags)> _gauges = new();
    private readonly Lock _gate = new();

    /// <param name="meter">Whose instruments are read.</param>
    public HostMetrics(IMeterFactory meters, string meter = MessagingTelemetry.Name)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var ours = instrument.Meter.Name == meter;
            if (ours && ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
            {
                if (instrument.IsObservable)
                    _gauges.Enqueue((instrument.Name, value, Describe(tags)));
                else
                {
                    Add(instrument.Name, value);
                    Add($"{instrument.Name} {Describe(tags)}", value);
                }
            }
        );
        _listener.SetMeasurementEventCallback<double>(
            (instrument, value, tags, _) =>
            {
                if (instrument.IsObservable)
                    _gauges.Enqueue((instrument.Name, (long)value, Describe(tags)));
            }
        );
        _listener.Start();
    }

    /// <param name="name">
    /// The counter's, over all tags; or with them behind it, such as
    /// <c>inbox.duplicates group=a</c>.
    /// </param>
    public long Sum(string name) => _sums.GetValueOrDefault(name);

    /// <summary>The gauge's values at this moment, in whole units, by their tags.</summary>
    public Dictionary<string, long> Read(string name)
    {
        lock (_gate)
        {
            _gauges.Clear();
            _listener.RecordObservableInstruments();
            return _gauges.Where(g => g.Name == name).ToDictionary(g => g.Tags, g => g.Value);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(string name, long value) =>
        _sums.AddOrUpdate(name, value, (_, sum) => sum + value);

    private static string Describe(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.ToArray().Select(t => $"{t.Key}={t.Value}"));
}
