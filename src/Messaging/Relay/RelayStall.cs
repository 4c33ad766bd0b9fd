using System.Diagnostics;

namespace ConcertReservation.Messaging;

/// <summary>For how long the relay has had something to do that Kafka does not let it do.</summary>
internal sealed class RelayStall
{
    private const long None = 0;
    private long _since = None;

    /// <summary>Zero while Kafka does its part.</summary>
    public TimeSpan Lasts =>
        Interlocked.Read(ref _since) is var since and not None
            ? Stopwatch.GetElapsedTime(since)
            : TimeSpan.Zero;

    /// <summary>The relay waits for Kafka from now on, unless it does already.</summary>
    public void Begin() => Interlocked.CompareExchange(ref _since, Stopwatch.GetTimestamp(), None);

    /// <summary>Kafka answered.</summary>
    public void End() => Interlocked.Exchange(ref _since, None);
}
