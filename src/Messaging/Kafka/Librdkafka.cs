using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// The native library, asked for what the managed client does not pass on.
/// </summary>
internal static class Librdkafka
{
    private const int PurgeQueue = 1;
    private const int PurgeInFlight = 2;

    private static readonly Lazy<bool> Resolving = new(() =>
    {
        DebianLibrdkafka.ResolveFor(typeof(Librdkafka).Assembly);
        DebianLibrdkafka.ResolveFor(typeof(Library).Assembly);
        return true;
    });

    /// <summary>Needed once a process, before the first client.</summary>
    public static void EnsureResolved() => _ = Resolving.Value;

    /// <exception cref="DllNotFoundException">
    /// The library is on this machine in neither form; the message is one line for its operator.
    /// </exception>
    public static void RequireInstalled()
    {
        if (!DebianLibrdkafka.IsInstalled)
            throw new DllNotFoundException(
                "librdkafka is not installed. On Debian or Ubuntu: apt-get install librdkafka1"
            );
    }

    /// <summary>The cluster's id as of the client's last metadata answer.</summary>
    /// <returns>null where the client has had no answer within the timeout.</returns>
    public static string? ClusterId(Handle client, TimeSpan timeout) =>
        Call(
            client,
            native =>
            {
                var text = rd_kafka_clusterid(native, (int)timeout.TotalMilliseconds);
                if (text == IntPtr.Zero)
                    return null;

                var id = Marshal.PtrToStringUTF8(text);
                rd_kafka_mem_free(native, text);
                return id;
            }
        );

    /// <summary>Gives up what a producer has not delivered; its delivery reports say so.</summary>
    public static void Purge(Handle client) =>
        Call(client, native => rd_kafka_purge(native, PurgeQueue | PurgeInFlight));

    private static T Call<T>(Handle client, Func<IntPtr, T> call)
    {
        // The managed client has no public way to its native handle, and not all of its calls.
        var property =
            typeof(Handle).GetProperty(
                "LibrdkafkaHandle",
                BindingFlags.Instance | BindingFlags.NonPublic
            ) ?? throw new MissingMemberException(nameof(Handle), "LibrdkafkaHandle");
        var native = (SafeHandle)property.GetValue(client)!;
        var held = false;
        try
        {
            native.DangerousAddRef(ref held);
            return call(native.DangerousGetHandle());
        }
        finally
        {
            if (held)
                native.DangerousRelease();
        }
    }

    [DllImport(DebianLibrdkafka.Name)]
    private static extern IntPtr rd_kafka_clusterid(IntPtr client, int timeoutMs);

    [DllImport(DebianLibrdkafka.Name)]
    private static extern void rd_kafka_mem_free(IntPtr client, IntPtr pointer);

    [DllImport(DebianLibrdkafka.Name)]
    private static extern int rd_kafka_purge(IntPtr client, int what);
}
