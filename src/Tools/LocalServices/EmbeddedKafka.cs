using System.Runtime.InteropServices;
using ConcertReservation.Contracts;

namespace ConcertReservation.LocalServices;

/// <summary>
/// librdkafka's mock cluster: three brokers inside this process, on loopback ports of their own. It
/// speaks the wire protocol to any client, keeps the newest 5 MB of a partition, and forgets
/// everything when it ends.
/// </summary>
internal sealed class EmbeddedKafka : IDisposable
{
    /// <summary>
    /// A topic so named tells clients which Kafka this is: the mock cluster's own id is not unique.
    /// </summary>
    public const string IncarnationPrefix = "__incarnation-";

    private const int Brokers = 3;
    private const int Replication = 3;

    private readonly IntPtr _client;
    private readonly IntPtr _cluster;
    private bool _disposed;

    private EmbeddedKafka()
    {
        _client = Librdkafka.NewClient(bootstrapServers: "");
        _cluster = Librdkafka.rd_kafka_mock_cluster_new(_client, Brokers);
        if (_cluster == IntPtr.Zero)
        {
            Librdkafka.rd_kafka_destroy(_client);
            throw new InvalidOperationException("librdkafka could not start its mock cluster.");
        }

        BootstrapServers = Marshal.PtrToStringUTF8(
            Librdkafka.rd_kafka_mock_cluster_bootstraps(_cluster)
        )!;
        Incarnation = IncarnationPrefix + Guid.NewGuid().ToString("D");
    }

    public string BootstrapServers { get; }

    /// <summary>The topic whose name is new at each start.</summary>
    public string Incarnation { get; }

    /// <summary>
    /// Starts the brokers and creates every topic of the contract and its dead letters'.
    /// </summary>
    /// <param name="prefixes">
    /// Put before the topics' names, one set for each; none means no prefix.
    /// </param>
    public static EmbeddedKafka Start(params string[] prefixes)
    {
        var kafka = new EmbeddedKafka();
        try
        {
            kafka.CreateTopic(kafka.Incarnation, partitions: 1);
            foreach (var prefix in prefixes.DefaultIfEmpty(""))
                kafka.CreateContractTopics(prefix);
            return kafka;
        }
        catch
        {
            kafka.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Creates the topics of <see cref="Topics"/> and their dead letters' behind a prefix.
    /// </summary>
    public void CreateContractTopics(string prefix)
    {
        foreach (var (topic, partitions) in Topics.Partitions)
        {
            CreateTopic(prefix + topic, partitions);
            CreateTopic(prefix + Topics.DeadLetters(topic), partitions);
        }
    }

    /// <exception cref="InvalidOperationException">The topic exists already.</exception>
    public void CreateTopic(string name, int partitions)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Check(
            Librdkafka.rd_kafka_mock_topic_create(_cluster, name, partitions, Replication),
            $"create topic {name}"
        );
    }

    /// <summary>
    /// All brokers stop answering and close their connections; what they hold is kept.
    /// </summary>
    public void TakeDown()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (var broker = 1; broker <= Brokers; broker++)
            Check(Librdkafka.rd_kafka_mock_broker_set_down(_cluster, broker), "stop a broker");
    }

    /// <summary>The brokers answer again, at their old addresses.</summary>
    public void BringUp()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (var broker = 1; broker <= Brokers; broker++)
            Check(Librdkafka.rd_kafka_mock_broker_set_up(_cluster, broker), "start a broker");
    }

    /// <summary>
    /// The brokers refuse all messages of the next requests, as if the sender might not write to
    /// their topic; what comes after them is taken.
    /// </summary>
    public void RefuseMessages(int requests)
    {
        const short produce = 0;
        const int topicAuthorizationFailed = 29;
        ObjectDisposedException.ThrowIf(_disposed, this);
        Librdkafka.rd_kafka_mock_push_request_errors_array(
            _cluster,
            produce,
            (nuint)requests,
            [.. Enumerable.Repeat(topicAuthorizationFailed, requests)]
        );
    }

    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        Librdkafka.rd_kafka_mock_cluster_destroy(_cluster);
        Librdkafka.rd_kafka_destroy(_client);
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw new InvalidOperationException(
                $"The embedded Kafka could not {what}: librdkafka error {error}."
            );
    }
}
