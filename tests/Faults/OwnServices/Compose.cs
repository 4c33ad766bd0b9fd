using System.Diagnostics;

namespace ConcertReservation.Tests.Faults.OwnServices;

/// <summary>
/// docker-compose.kafka.yaml as docker-compose understands it: references resolved, one form for
/// all.
/// </summary>
internal static class Compose
{
    /// <summary>Names, addresses and places: each broker has its own.</summary>
    private static readonly string[] OfOneBroker =
    [
        "KAFKA_NODE_ID",
        "KAFKA_LISTENERS",
        "KAFKA_ADVERTISED_LISTENERS",
        "KAFKA_LOG_DIRS",
        "KAFKA_CONTROLLER_QUORUM_VOTERS",
    ];

    public static string File { get; } = Checkout.File("docker-compose.kafka.yaml");

    public static string Config { get; } = Read();

    public static IReadOnlyDictionary<string, string> Environment(string service) =>
        Section(service, "environment")
            .Select(l => l.Trim().Split(": ", 2))
            .ToDictionary(p => p[0], p => p[1].Trim('"', '\''), StringComparer.Ordinal);

    public static IReadOnlyList<string> Ports(string service) =>
        [.. Section(service, "ports").Select(l => l.Trim().TrimStart('-').Trim())];

    /// <summary>
    /// What all brokers have alike, by the image's rule: KAFKA_X_Y is x.y.
    /// </summary>
    public static Dictionary<string, string> Settings(int node) =>
        Environment($"kafka-{node}")
            .Where(p => p.Key.StartsWith("KAFKA_", StringComparison.Ordinal))
            .Where(p => !OfOneBroker.Contains(p.Key))
            .ToDictionary(
                p => p.Key["KAFKA_".Length..].ToLowerInvariant().Replace('_', '.'),
                p => p.Value,
                StringComparer.Ordinal
            );

    private static IEnumerable<string> Section(string service, string section) =>
        Config
            .Split('\n')
            .SkipWhile(l => l != $"  {service}:")
            .Skip(1)
            .TakeWhile(l => l.StartsWith("    ", StringComparison.Ordinal))
            .SkipWhile(l => l != $"    {section}:")
            .Skip(1)
            .TakeWhile(l => l[4] is ' ' or '-');

    private static string Read()
    {
        var start = new ProcessStartInfo("docker-compose", ["-f", File, "config"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var compose = Process.Start(start)!;
        var errors = compose.StandardError.ReadToEndAsync();
        var config = compose.StandardOutput.ReadToEnd();
        compose.WaitForExit();
        compose.ExitCode.ShouldBe(0, errors.GetAwaiter().GetResult());
        return config;
    }
}
