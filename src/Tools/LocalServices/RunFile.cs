using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcertReservation.LocalServices;

/// <summary>
/// <c>run.json</c>: where everything is that runs in a directory, for tools that join it. It is
/// there while the services run.
/// </summary>
internal sealed record RunFile
{
    public const string FileName = "run.json";

    /// <summary>The process that owns the services.</summary>
    public required int Pid { get; init; }

    /// <summary>The host's address; null where only services run.</summary>
    public string? Host { get; init; }

    /// <summary>Connection string of PostgreSQL.</summary>
    public required string Postgres { get; init; }

    /// <summary>Connection string of Redis.</summary>
    public required string Redis { get; init; }

    /// <summary>Bootstrap servers of Kafka.</summary>
    public required string Kafka { get; init; }

    public required KafkaKind KafkaKind { get; init; }

    /// <summary>The payment sandbox's address; null where none runs.</summary>
    public string? Sandbox { get; init; }

    /// <summary>Where mails arrive as .eml files.</summary>
    public required string MailFolder { get; init; }

    /// <summary>The first operator's account, made by the host at its first start.</summary>
    public required OperatorAccount Operator { get; init; }

    /// <summary>The same as environment variables, as the host and the tools read them.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> Environment
    {
        get
        {
            var variables = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ConnectionStrings__Postgres"] = Postgres,
                ["ConnectionStrings__Redis"] = Redis,
                ["Kafka__BootstrapServers"] = Kafka,
                ["Accounts__Operator__Email"] = Operator.Email,
                ["Accounts__Operator__Password"] = Operator.Password,
                ["Notifications__PickupDirectory"] = MailFolder,
            };
            if (Sandbox is not null)
                variables["Payments__Gateway__BaseAddress"] = Sandbox;
            return variables;
        }
    }

    /// <returns>Null where nothing runs; the file of an owner who died says nothing.</returns>
    public static RunFile? Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
            return null;

        var file = JsonSerializer.Deserialize(File.ReadAllText(path), RunJson.Default.RunFile);
        return file is not null && LocalProcess.Identify(file.Pid) is not null ? file : null;
    }

    /// <summary>Replaces the file at once; readable by its owner alone.</summary>
    public void Write(string directory) =>
        ServiceDirectory.Write(Path.Combine(directory, FileName), this, RunJson.Default.RunFile);
}

internal enum KafkaKind
{
    /// <summary>By <c>Kafka__BootstrapServers</c>.</summary>
    Configured,

    /// <summary>Three brokers of <c>KAFKA_HOME</c>.</summary>
    Brokers,

    /// <summary>librdkafka's mock cluster in this process.</summary>
    Embedded,
}

internal sealed record OperatorAccount(string Email, string Password);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(ServiceState))]
internal sealed partial class RunJson : JsonSerializerContext;
