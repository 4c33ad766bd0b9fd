using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Host.Telemetry;

/// <summary>How spans and metrics are handed to a receiver.</summary>
internal enum OtlpProtocol
{
    Grpc,
    HttpProtobuf,
}

/// <summary>
/// Section <c>Telemetry</c>: where traces and metrics go by OTLP. <c>/metrics</c> is there anyway.
/// </summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>
    /// Address of an OTLP receiver, such as <c>http://collector:4317</c>; unset, that of the
    /// environment variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>. With neither nothing is exported,
    /// and no span is made.
    /// </summary>
    public string? OtlpEndpoint { get; set; }

    /// <summary>
    /// Unset, that of <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>; with neither gRPC.
    /// </summary>
    [EnumDataType(typeof(OtlpProtocol))]
    public OtlpProtocol? OtlpProtocol { get; set; }

    /// <summary>
    /// The part of traces that is kept, of those that begin here: 1 all, 0.01 one in a hundred. A
    /// caller who sends a trace context has decided already.
    /// </summary>
    [Range(0.0, 1.0)]
    public double TraceRatio { get; set; } = 1;

    /// <summary>Between two exports of metrics.</summary>
    [Range(1, 3600)]
    public int MetricsIntervalSeconds { get; set; } = 60;

    /// <summary>What spans and metrics are of; <c>OTEL_SERVICE_NAME</c> goes before it.</summary>
    [Required]
    public string ServiceName { get; set; } = "concert-reservation";

    public bool IsExported => !string.IsNullOrWhiteSpace(OtlpEndpoint);
}

/// <summary>
/// Fills in what OpenTelemetry's own environment variables say, and checks what attributes cannot.
/// </summary>
internal sealed class TelemetryOptionsRules(IConfiguration configuration)
    : IPostConfigureOptions<TelemetryOptions>,
        IValidateOptions<TelemetryOptions>
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";

    public void PostConfigure(string? name, TelemetryOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.OtlpEndpoint))
            options.OtlpEndpoint = configuration[EndpointVariable];
        options.OtlpProtocol ??= configuration[ProtocolVariable] switch
        {
            "http/protobuf" => OtlpProtocol.HttpProtobuf,
            _ => OtlpProtocol.Grpc,
        };
    }

    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        if (
            options.IsExported
            && !(
                Uri.TryCreate(options.OtlpEndpoint, UriKind.Absolute, out var address)
                && address.Scheme is "http" or "https"
            )
        )
        {
            return ValidateOptionsResult.Fail(
                $"Telemetry:OtlpEndpoint or {EndpointVariable} is no address of the form "
                    + $"http://host:port: {options.OtlpEndpoint}"
            );
        }

        // The only one of OpenTelemetry's three that the exporter does not speak.
        return configuration[ProtocolVariable] is null or "grpc" or "http/protobuf" or ""
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"{ProtocolVariable} is {configuration[ProtocolVariable]}; "
                    + "grpc and http/protobuf are possible."
            );
    }
}
