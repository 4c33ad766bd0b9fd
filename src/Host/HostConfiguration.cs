using System.Globalization;

namespace ConcertReservation.Host;

/// <summary>What the host cannot start without.</summary>
internal static class HostConfiguration
{
    private const int DefaultPort = 5080;
    private const int HighestPort = 65535;

    private static readonly string[] RequiredKeys =
    [
        "ConnectionStrings:Postgres",
        "ConnectionStrings:Redis",
        "Kafka:BootstrapServers",
    ];

    /// <exception cref="InvalidConfigurationException">A required key is missing.</exception>
    public static void RequireServices(IConfiguration configuration)
    {
        var missing = RequiredKeys.Where(k => string.IsNullOrWhiteSpace(configuration[k])).ToList();
        if (missing.Count == 0)
            return;

        var variables = missing.Select(k => k.Replace(":", "__", StringComparison.Ordinal));
        throw new InvalidConfigurationException(
            $"Missing configuration: {string.Join(", ", missing)}. Set the environment "
                + $"variables {string.Join(", ", variables)}, or type ./run, which brings its own."
        );
    }

    /// <summary>
    /// Where to listen: <c>urls</c> where it is set, else <c>PORT</c> on localhost.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">PORT is not a port number.</exception>
    public static string Address(IConfiguration configuration)
    {
        if (configuration["urls"] is { Length: > 0 } urls)
            return urls;

        var text = configuration["PORT"];
        var port = DefaultPort;
        if (
            !string.IsNullOrEmpty(text)
            && (
                !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
                || port > HighestPort
            )
        )
        {
            throw new InvalidConfigurationException($"PORT is not a port number: {text}");
        }

        // Port 0 takes a free one, which needs one address, not the two of localhost.
        return port == 0 ? "http://127.0.0.1:0" : $"http://localhost:{port}";
    }
}

/// <summary>
/// The configuration keeps the host from starting; the message is one line for its operator.
/// </summary>
public sealed class InvalidConfigurationException(string message) : Exception(message);
