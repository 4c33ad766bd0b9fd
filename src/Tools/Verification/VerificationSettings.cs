using System.Globalization;
using System.Text.Json;

namespace ConcertReservation.Verification;

/// <summary>
/// Where the system is: from the environment, else from the file that <c>./run</c> writes.
/// </summary>
/// <param name="Postgres">Connection string.</param>
/// <param name="Redis">Connection string.</param>
/// <param name="Kafka">Bootstrap servers.</param>
/// <param name="KafkaPrefix">Put before topic and group names.</param>
internal sealed record VerificationSettings(
    string Postgres,
    string Redis,
    string Kafka,
    string KafkaPrefix
)
{
    /// <summary>The host's setting of the same name.</summary>
    public TimeSpan PaymentExtension { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The file of the payment sandbox, such as <c>./run</c> starts; null for none.
    /// </summary>
    public string? ProviderBooks { get; init; }

    /// <summary>See <see cref="History.HasOwnProvider"/>.</summary>
    public bool HasOwnProvider { get; init; }

    /// <summary>Written by <c>./run</c>, which tells the commands that it starts where.</summary>
    public static string RunFile { get; } =
        Environment.GetEnvironmentVariable("LOCAL_SERVICES") is { Length: > 0 } path
            ? path
            : ".local/run/run.json";

    /// <exception cref="InvalidOperationException">Neither says where a service is.</exception>
    public static VerificationSettings Read() =>
        new(
            Required("ConnectionStrings__Postgres", "postgres"),
            Required("ConnectionStrings__Redis", "redis"),
            Required("Kafka__BootstrapServers", "kafka"),
            Environment.GetEnvironmentVariable("Kafka__Prefix") ?? ""
        )
        {
            PaymentExtension = TimeSpan.FromSeconds(
                Number("Reservations__PaymentExtensionSeconds", 120)
            ),
            ProviderBooks = Path.Combine(
                Path.GetDirectoryName(Path.GetFullPath(RunFile))!,
                "payment-sandbox",
                "data",
                "payments.jsonl"
            ),
        };

    /// <summary>
    /// A value of the environment, else the property of the run file; null where neither has it.
    /// </summary>
    public static string? Find(string variable, params string[] path)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
            return value;
        if (!File.Exists(RunFile))
            return null;

        var element = JsonDocument.Parse(File.ReadAllText(RunFile)).RootElement;
        foreach (var name in path)
        {
            if (
                element.ValueKind != JsonValueKind.Object
                || !element.TryGetProperty(name, out element)
            )
                return null;
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;

    private static string Required(string variable, string property) =>
        Find(variable, property)
        ?? throw new InvalidOperationException(
            $"Neither {variable} is set nor is {RunFile} there: start the system with ./run."
        );
}
