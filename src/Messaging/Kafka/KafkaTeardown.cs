using System.Collections.Concurrent;
using System.Diagnostics;

namespace ConcertReservation.Messaging;

/// <summary>
/// Ends Kafka clients without waiting for longer than the caller has time: librdkafka joins its own
/// threads, and one of them may wait for a broker or a name server, or, in some versions, for ever.
/// </summary>
internal static class KafkaTeardown
{
    /// <summary>
    /// Kept from the finalizer: a client that does not end would stop the finalizer's thread, and
    /// with it all finalization in the process.
    /// </summary>
    private static readonly ConcurrentDictionary<IDisposable, bool> Kept = new();

    /// <summary>Clients that have not ended yet, or never will.</summary>
    public static int Count => Kept.Count;

    /// <summary>Ends the client, and returns when it has ended or the time is up.</summary>
    /// <param name="first">
    /// What is to be done with the client before; where it throws, the client stays as it is.
    /// </param>
    public static void End(IDisposable client, TimeSpan limit, Action? first = null)
    {
        Keep(client);
        var thread = new Thread(() => End(client, first))
        {
            IsBackground = true,
            Name = "Kafka client ends",
        };
        thread.Start();
        thread.Join(limit);
    }

    /// <summary>For a client that may not be destroyed: it stays as long as the process.</summary>
    public static void Keep(IDisposable client) => Kept[client] = true;

    private static void End(IDisposable client, Action? first)
    {
        try
        {
            first?.Invoke();
            client.Dispose();
            Kept.TryRemove(client, out _);
        }
        catch (Exception e)
        {
            // An edge: on a thread of its own it would end the process. The client stays kept.
            Trace.TraceWarning($"A Kafka client does not end: {e.Message}");
        }
    }
}
