using Microsoft.Extensions.Logging.Console;

namespace ConcertReservation.Host;

/// <summary>Few, clear lines: one a message, and of the framework only what went wrong.</summary>
internal static class HostLogging
{
    public static void AddPlainConsole(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // Readiness itself says what is away; those who watch it ask every second.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        // Keys rest in our database in the clear, by decision: docs/adr says why.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        logging.AddFilter("MassTransit", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
    }
}
