using System.Diagnostics;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ConcertReservation.Host.Telemetry;

/// <summary>
/// Listens to the meters, and to the sources of spans where they are exported, from start to stop.
/// </summary>
internal sealed class TelemetryService(
    IOptions<TelemetryOptions> options,
    PrometheusExporter prometheus
) : IHostedService, IDisposable
{
    /// <summary>A receiver that does not answer holds up no host that stops.</summary>
    private const int FlushMilliseconds = 2_000;

    /// <summary>ASP.NET Core, Npgsql and the HTTP client describe themselves.</summary>
    internal static readonly string[] Sources =
    [
        "ConcertReservation.*",
        "Microsoft.AspNetCore",
        "Npgsql",
        "System.Net.Http",
    ];

    internal static readonly string[] Meters =
    [
        "ConcertReservation.*",
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Npgsql",
        "System.Net.Http",
        "System.Runtime",
    ];

    private readonly TelemetryOptions _options = options.Value;
    private MeterProvider? _meters;
    private TracerProvider? _traces;
    private ActivityListener? _silence;

    internal static bool IsSource(ActivitySource source) =>
        Array.Exists(
            Sources,
            s =>
                s.EndsWith('*')
                    ? source.Name.StartsWith(s[..^1], StringComparison.Ordinal)
                    : source.Name == s
        );

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = Resource();
        var meters = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(Meters)
            .AddReader(new BaseExportingMetricReader(prometheus));
        if (_options.IsExported)
        {
            meters.AddOtlpExporter(
                (otlp, reader) =>
                {
                    Configure(otlp, "metrics");
                    reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds =
                        _options.MetricsIntervalSeconds * 1000;
                }
            );
            _silence = SpanExceptions.Silence();
            _traces = Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .SetSampler(
                    new ParentBasedSampler(new TraceIdRatioBasedSampler(_options.TraceRatio))
                )
                .AddSource(Sources)
                .AddOtlpExporter(otlp => Configure(otlp, "traces"))
                .Build();
        }

        _meters = meters.Build();
        return Task.CompletedTask;
    }

    /// <summary>The last spans and figures are handed over, or given up.</summary>
    public Task StopAsync(CancellationToken cancellationToken) =>
        // Both block while they hand over.
        Task.WhenAll(
            Task.Run(() => _traces?.Shutdown(FlushMilliseconds), CancellationToken.None),
            Task.Run(() => _meters?.Shutdown(FlushMilliseconds), CancellationToken.None)
        );

    public void Dispose()
    {
        _traces?.Dispose();
        _silence?.Dispose();
        _meters?.Dispose();
    }

    private ResourceBuilder Resource() =>
        ResourceBuilder
            .CreateEmpty()
            .AddTelemetrySdk()
            .AddService(
                _options.ServiceName,
                serviceVersion: typeof(TelemetryService).Assembly.GetName().Version?.ToString()
            )
            // Last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are as everywhere.
            .AddEnvironmentVariableDetector();

    private void Configure(OtlpExporterOptions otlp, string signal)
    {
        var address = new Uri(_options.OtlpEndpoint!);
        if (_options.OtlpProtocol == OtlpProtocol.Grpc)
        {
            otlp.Protocol = OtlpExportProtocol.Grpc;
            otlp.Endpoint = address;
            return;
        }

        // The exporter appends the path only to what it read from the environment itself.
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri($"{address.AbsoluteUri.TrimEnd('/')}/v1/{signal}");
    }
}
