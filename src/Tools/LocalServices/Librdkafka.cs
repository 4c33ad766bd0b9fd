using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ConcertReservation.LocalServices;

/// <summary>
/// The few C functions of librdkafka that this tool needs, its mock cluster's among them.
/// </summary>
internal static partial class Librdkafka
{
    private const int Producer = 0;
    private const int ErrorBytes = 512;

    [ModuleInitializer]
    internal static void FindLibrary() => DebianLibrdkafka.ResolveFor(typeof(Librdkafka).Assembly);

    /// <summary>A client without a connection: the mock cluster lives in it.</summary>
    /// <exception cref="InvalidOperationException">The configuration is refused.</exception>
    public static IntPtr NewClient(string bootstrapServers)
    {
        var error = new byte[ErrorBytes];
        var configuration = rd_kafka_conf_new();
        // A broker that is not up yet is no news: silence, as the caller asks again.
        Set(configuration, "log_level", "0", error);
        if (bootstrapServers.Length > 0)
            Set(configuration, "bootstrap.servers", bootstrapServers, error);
        var client = rd_kafka_new(Producer, configuration, error, ErrorBytes);
        return client != IntPtr.Zero ? client : throw Refused(error);
    }

    /// <summary>How many brokers the cluster says it has; 0 while none answers.</summary>
    /// <param name="timeoutMs">Milliseconds.</param>
    public static int CountBrokers(string bootstrapServers, int timeoutMs)
    {
        var client = NewClient(bootstrapServers);
        try
        {
            if (rd_kafka_metadata(client, 0, IntPtr.Zero, out var metadata, timeoutMs) != 0)
                return 0;

            // rd_kafka_metadata_t begins with the number of brokers.
            var brokers = Marshal.ReadInt32(metadata);
            rd_kafka_metadata_destroy(metadata);
            return brokers;
        }
        finally
        {
            rd_kafka_destroy(client);
        }
    }

    private static void Set(IntPtr configuration, string name, string value, byte[] error)
    {
        if (rd_kafka_conf_set(configuration, name, value, error, ErrorBytes) != 0)
            throw Refused(error);
    }

    private static InvalidOperationException Refused(byte[] error) =>
        new(System.Text.Encoding.UTF8.GetString(error).TrimEnd('\0'));

    [LibraryImport(DebianLibrdkafka.Name)]
    private static partial IntPtr rd_kafka_conf_new();

    [LibraryImport(DebianLibrdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(
        IntPtr configuration,
        string name,
        string value,
        [Out] byte[] error,
        nuint errorBytes
    );

    [LibraryImport(DebianLibrdkafka.Name)]
    private static partial IntPtr rd_kafka_new(
        int type,
        IntPtr configuration,
        [Out] byte[] error,
        nuint errorBytes
    );

    [LibraryImport(DebianLibrdkafka.Name)]
    internal static partial void rd_kafka_destroy(IntPtr client);

    [LibraryImport(DebianLibrdkafka.Name)]
    private static partial int rd_kafka_metadata(
        IntPtr client,
        int allTopics,
        IntPtr onlyTopic,
        out IntPtr metadata,
        int timeoutMs
    );

    [LibraryImport(DebianLibrdkafka.Name)]
    private static partial void rd_kafka_metadata_destroy(IntPtr metadata);

    [LibraryImport(DebianLibrdkafka.Name)]
    internal static partial IntPtr rd_kafka_mock_cluster_new(IntPtr client, int brokers);

    [LibraryImport(DebianLibrdkafka.Name)]
    internal static partial void rd_kafka_mock_cluster_destroy(IntPtr cluster);

    [LibraryImport(DebianLibrdkafka.Name)]
    internal static partial IntPtr rd_kafka_mock_cluster_bootstraps(IntPtr cluster);

    [LibraryImport(DebianLibrdkafka.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rd_kafka_mock_topic_create(
        IntPtr cluster,
        string topic,
        int partitions,
        int replication
    );

    [LibraryImport(DebianLibrdkafka.Name)]
    internal static partial void rd_kafka_mock_push_request_errors_array(
        IntPtr cluster,
        short apiKey,
        nuint count,
        int[] errors
    );

    [LibraryImport(DebianLibrdkafka.Name)]
    internal static partial int rd_kafka_mock_broker_set_down(IntPtr cluster, int brokerId);

    [LibraryImport(DebianLibrdkafka.Name)]
    internal static partial int rd_kafka_mock_broker_set_up(IntPtr cluster, int brokerId);
}
