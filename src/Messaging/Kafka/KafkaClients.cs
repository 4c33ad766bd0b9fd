using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Messaging;

/// <summary>
/// Settings and builders of every Kafka client of this host, and names with the prefix.
/// </summary>
internal sealed class KafkaClients
{
    /// <summary>
    /// After an outage the first new attempt comes within this time, in milliseconds.
    /// </summary>
    private const int ReconnectMaxMs = 1000;

    private static readonly TimeSpan ReportsAfterPurge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TeardownLimit = TimeSpan.FromSeconds(2);

    private readonly KafkaOptions _options;
    private readonly KafkaLog _log;

    public KafkaClients(IOptions<KafkaOptions> options, ILogger<KafkaLog> logger)
    {
        Librdkafka.EnsureResolved();
        _options = options.Value;
        _log = new KafkaLog(logger);
    }

    /// <summary>The topic or group as Kafka knows it.</summary>
    public string Prefixed(string name) => _options.Prefix + name;

    /// <summary>The topic or group as we know it.</summary>
    /// <returns>null where it is not one of this system's.</returns>
    public string? Unprefixed(string name) =>
        name.StartsWith(_options.Prefix, StringComparison.Ordinal)
            ? name[_options.Prefix.Length..]
            : null;

    /// <summary>
    /// A producer that loses nothing and keeps the order within a key: idempotent, acknowledged
    /// by all, never timing a message out (with a timeout the first event of a key may be
    /// dropped and its second delivered), and failing for good where the broker refuses one
    /// (else the next ones of its key would be delivered without it).
    /// </summary>
    public ProducerConfig ProducerConfig(string clientId)
    {
        var config = new ProducerConfig(Shared(clientId))
        {
            EnableIdempotence = true,
            EnableGaplessGuarantee = true,
            Acks = Acks.All,
            MaxInFlight = 5,
            MessageTimeoutMs = 0,
            Partitioner = Partitioner.Murmur2Random,
            DeliveryReportFields = "status",
        };
        config.LingerMs ??= 5;
        config.CompressionType ??= CompressionType.Snappy;
        return config;
    }

    /// <param name="group">Without the prefix.</param>
    public ConsumerConfig ConsumerConfig(string group, string clientId) =>
        new(Shared(clientId))
        {
            GroupId = Prefixed(group),
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        };

    public IProducer<byte[], byte[]> Producer(ProducerConfig config, Action<Error> onError)
    {
        // From 0 on: of a counter that begins with its first error, nobody would see that it rose.
        Count(ErrorCode.Local_AllBrokersDown, 0);
        return new ProducerBuilder<byte[], byte[]>(config)
            .SetLogHandler((_, message) => _log.Write(message))
            .SetErrorHandler(
                (_, error) =>
                {
                    _log.Write(config.ClientId, error);
                    Count(error.Code, 1);
                    onError(error);
                }
            )
            .Build();

        static void Count(ErrorCode error, int count) =>
            MessagingTelemetry.ProducerErrors.Add(
                count,
                new KeyValuePair<string, object?>("error", error.ToString())
            );
    }

    /// <summary>
    /// Gives up what the producer has not delivered, whose reports say so, and ends it.
    /// </summary>
    public static void End(IProducer<byte[], byte[]> producer) =>
        KafkaTeardown.End(
            producer,
            TeardownLimit,
            () =>
            {
                Librdkafka.Purge(producer.Handle);
                producer.Flush(ReportsAfterPurge);
            }
        );

    /// <summary>
    /// A builder with our log; the caller adds what it needs, such as rebalance handlers.
    /// </summary>
    public ConsumerBuilder<byte[], byte[]> Consumer(ConsumerConfig config, Action<Error> onError) =>
        new ConsumerBuilder<byte[], byte[]>(config)
            .SetLogHandler((_, message) => _log.Write(message))
            .SetErrorHandler(
                (_, error) =>
                {
                    _log.Write(config.ClientId, error);
                    onError(error);
                }
            );

    public IAdminClient Admin(string clientId) =>
        new AdminClientBuilder(new AdminClientConfig(Shared(clientId)))
            .SetLogHandler((_, message) => _log.Write(message))
            .SetErrorHandler((_, error) => _log.Write(clientId, error))
            .Build();

    private Dictionary<string, string> Shared(string clientId)
    {
        var config = new ClientConfig
        {
            BootstrapServers = _options.BootstrapServers,
            ClientId = clientId,
            SecurityProtocol = _options.SecurityProtocol,
            SaslMechanism = _options.SaslMechanism,
            SaslUsername = _options.SaslUsername,
            SaslPassword = _options.SaslPassword,
            SslCaLocation = _options.SslCaLocation,
            SslCertificateLocation = _options.SslCertificateLocation,
            SslKeyLocation = _options.SslKeyLocation,
            SslKeyPassword = _options.SslKeyPassword,
            ReconnectBackoffMaxMs = ReconnectMaxMs,
        };
        var settings = config.ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal);
        foreach (var (key, value) in _options.Client)
            settings[key] = value;
        return settings;
    }
}
