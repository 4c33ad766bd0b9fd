using ConcertReservation.Host.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Tests.Unit.Telemetry;

/// <summary>Where traces and metrics are sent, by our keys and by OpenTelemetry's own.</summary>
internal sealed class TelemetryOptionsTests
{
    [Test]
    public void nothing_is_exported_by_default() => Options().IsExported.ShouldBeFalse();

    [Test]
    public void the_usual_variables_are_enough()
    {
        var options = Options(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        );

        options.IsExported.ShouldBeTrue();
        options.OtlpEndpoint.ShouldBe("http://collector:4318");
        options.OtlpProtocol.ShouldBe(OtlpProtocol.HttpProtobuf);
    }

    [Test]
    public void our_own_keys_go_before_them()
    {
        var options = Options(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("Telemetry:OtlpEndpoint", "https://other:4317"),
            ("Telemetry:OtlpProtocol", "Grpc")
        );

        options.OtlpEndpoint.ShouldBe("https://other:4317");
        options.OtlpProtocol.ShouldBe(OtlpProtocol.Grpc);
    }

    [TestCase("Telemetry:OtlpEndpoint", "collector:4317", "Telemetry:OtlpEndpoint")]
    [TestCase("OTEL_EXPORTER_OTLP_ENDPOINT", "somewhere", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [TestCase("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL")]
    [TestCase("Telemetry:TraceRatio", "1.5", "TraceRatio")]
    [TestCase("Telemetry:MetricsIntervalSeconds", "0", "MetricsIntervalSeconds")]
    public void what_is_of_no_use_is_refused_by_its_name(string key, string value, string named) =>
        Should
            .Throw<OptionsValidationException>(() => Options((key, value)))
            .Message.ShouldContain(named);

    private static TelemetryOptions Options(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))
                )
                .Build()
        );
        services.AddTelemetry();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<TelemetryOptions>>().Value;
    }
}
