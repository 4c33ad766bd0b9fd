using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>Section <c>Kafka</c>: where it is, how to sign in, how topics are made.</summary>
public sealed class KafkaOptions
{
    public const string Section = "Kafka";

    /// <summary>
    /// Settings that delivery, order and names rest on: <see cref="Client"/> may not change them.
    /// </summary>
    public static IReadOnlySet<string> Fixed { get; } =
        new HashSet<string>(StringComparer.OrdinalIgnoreCase)
        {
            "bootstrap.servers",
            "metadata.broker.list",
            "group.id",
            "enable.idempotence",
            "enable.gapless.guarantee",
            "acks",
            "request.required.acks",
            "max.in.flight",
            "max.in.flight.requests.per.connection",
            "message.timeout.ms",
            "delivery.timeout.ms",
            "partitioner",
            "retries",
            "message.send.max.retries",
            "queuing.strategy",
            "delivery.report.only.error",
            "dotnet.producer.enable.delivery.reports",
            "dotnet.producer.enable.background.poll",
            "dotnet.producer.delivery.report.fields",
            "transactional.id",
            "enable.auto.commit",
            "enable.auto.offset.store",
            "auto.offset.reset",
            "partition.assignment.strategy",
        };

    /// <summary>Host and port of some brokers, separated by commas.</summary>
    [Required(
        ErrorMessage = "Kafka:BootstrapServers is not set: "
            + "host:port of the brokers, such as localhost:9092."
    )]
    public string BootstrapServers { get; init; } = "";

    /// <summary>
    /// Put before topic and group names, so that several systems can share one Kafka.
    /// </summary>
    [RegularExpression(
        "[A-Za-z0-9._-]{0,100}",
        ErrorMessage = "Kafka:Prefix has up to 100 letters, digits, dots, underscores and hyphens."
    )]
    public string Prefix { get; init; } = "";

    [EnumDataType(typeof(SecurityProtocol))]
    public SecurityProtocol SecurityProtocol { get; init; } = SecurityProtocol.Plaintext;

    /// <summary>Needed with <c>SaslPlaintext</c> and <c>SaslSsl</c>.</summary>
    public SaslMechanism? SaslMechanism { get; init; }

    public string? SaslUsername { get; init; }

    public string? SaslPassword { get; init; }

    /// <summary>
    /// PEM file of the authorities that the brokers' certificates are checked against.
    /// </summary>
    public string? SslCaLocation { get; init; }

    /// <summary>PEM file of this client's certificate.</summary>
    public string? SslCertificateLocation { get; init; }

    /// <summary>PEM file of this client's key.</summary>
    public string? SslKeyLocation { get; init; }

    public string? SslKeyPassword { get; init; }

    /// <summary>Copies of a partition; unset: 3 in production, 2 in staging, else 1.</summary>
    [Range(1, 32)]
    public short? Replication { get; init; }

    /// <summary>
    /// Copies that must have a record before it counts; unset: 2 in production, else 1.
    /// </summary>
    [Range(1, 32)]
    public int? MinInSync { get; init; }

    /// <summary>Partitions of a topic made at start, by topic, where they are to differ.</summary>
    public IReadOnlyDictionary<string, int> Partitions { get; init; } =
        new Dictionary<string, int>();

    /// <summary>
    /// Anything else that librdkafka knows, by its own name, such as <c>socket.timeout.ms</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Client { get; init; } =
        new Dictionary<string, string>();
}
