using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ConcertReservation.Host.Telemetry;

/// <summary>
/// What the meters have measured, in Prometheus' text format, whenever somebody asks.
/// </summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    private const int CollectMilliseconds = 5_000;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private byte[] _text = [];

    /// <summary>Set by the reader that this belongs to.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>One at a time: the reader has one set of figures.</summary>
    public async Task<byte[]> ScrapeAsync(CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            return Collect?.Invoke(CollectMilliseconds) == true ? _text : [];
        }
        finally
        {
            _gate.Release();
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var families = new PrometheusFamilies();
        foreach (var metric in batch)
            families.Add(metric);
        _text = families.ToBytes();
        return ExportResult.Success;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _gate.Dispose();
        base.Dispose(disposing);
    }
}
