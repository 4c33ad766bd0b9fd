using System.Text.Encodings.Web;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace ConcertReservation.Host;

/// <summary>
/// One line a message, and of the framework only what went wrong: plain text for a terminal, JSON
/// with the trace for whatever else reads it.
/// </summary>
internal static class HostLogging
{
    private const string FormatKey = "Logging:Console:FormatterName";

    /// <summary>What is told where the configuration does not say.</summary>
    private static readonly Dictionary<string, string?> Levels = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Microsoft"] = "Warning",
        // Readiness itself says what is away; those who watch it ask every second.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
        // Keys rest in our database in the clear, by decision: docs/adr says why.
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
        ["Logging:LogLevel:Npgsql"] = "Warning",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",
    };

    /// <exception cref="InvalidConfigurationException">There is no such format.</exception>
    public static void AddReadableConsole(
        this ILoggingBuilder logging,
        ConfigurationManager configuration
    )
    {
        // In front of all other sources, each of which goes before it.
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Levels });
        logging.ClearProviders();
        var format = Format(configuration);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.AddJsonConsole(console =>
        {
            // The trace, the span and the request are scopes.
            console.IncludeScopes = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            // Nobody puts the log into a page: Korean stays legible.
            console.JsonWriterOptions = new()
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            };
        });
        // Behind both, each of which would have its own name here.
        logging.Services.Configure<ConsoleLoggerOptions>(o => o.FormatterName = format);
    }

    private static string Format(ConfigurationManager configuration)
    {
        const string Plain = ConsoleFormatterNames.Simple;
        const string Json = ConsoleFormatterNames.Json;
        return configuration[FormatKey] switch
        {
            null or "" => Console.IsOutputRedirected ? Json : Plain,
            Plain => Plain,
            Json => Json,
            var other => throw new InvalidConfigurationException(
                $"{FormatKey} is {other}; {Plain} and {Json} are possible."
            ),
        };
    }
}
