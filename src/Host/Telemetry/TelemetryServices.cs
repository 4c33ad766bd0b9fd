using Microsoft.Extensions.Options;

namespace ConcertReservation.Host.Telemetry;

/// <summary>
/// Metrics for <c>/metrics</c> always; traces, and metrics once more, by OTLP where an address is
/// configured.
/// </summary>
internal static class TelemetryServices
{
    /// <summary>ASP.NET Core 10 describes a request in its span only when asked to.</summary>
    private const string PlainSpans =
        "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    /// <remarks>Before all other hosted services: what they do at start is measured too.</remarks>
    public static void AddTelemetry(this IServiceCollection services)
    {
        AppContext.SetSwitch(PlainSpans, isEnabled: false);
        services
            .AddOptions<TelemetryOptions>()
            .BindConfiguration(TelemetryOptions.Section)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<TelemetryOptions>, TelemetryOptionsRules>();
        services.AddSingleton<IValidateOptions<TelemetryOptions>, TelemetryOptionsRules>();
        services.AddSingleton<PrometheusExporter>();
        services.AddHostedService<TelemetryService>();
    }
}
