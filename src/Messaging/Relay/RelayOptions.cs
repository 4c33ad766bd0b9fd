using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Messaging;

/// <summary>Section <c>Relay</c>: the way from outbox to Kafka.</summary>
internal sealed class RelayOptions
{
    public const string Section = "Relay";

    /// <summary>
    /// A takeover waits no longer to know whether Kafka has what it had; it is looked at beside.
    /// </summary>
    public const int LookMilliseconds = 500;

    /// <summary>
    /// Off: this host leaves relaying to others, or lets the outbox grow where there are none.
    /// </summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Rows read and acknowledged as one.</summary>
    [Range(1, 100_000)]
    public int PageRows { get; init; } = 2_000;

    /// <summary>A page ends with the event that reaches this size.</summary>
    [Range(1_000, 64_000_000)]
    public int PageBytes { get; init; } = 2_000_000;

    /// <summary>
    /// Pages sent and not yet acknowledged: with their size they bound the memory.
    /// </summary>
    [Range(1, 100)]
    public int PagesInFlight { get; init; } = 8;

    /// <summary>The longest pause between two looks into an outbox that had nothing new.</summary>
    [Range(1, 10_000)]
    public int MaxPollMilliseconds { get; init; } = 50;

    /// <summary>Between two signs of life on the connection that holds the lock.</summary>
    [Range(50, 10_000)]
    public int HeartbeatMilliseconds { get; init; } = 1_000;

    /// <summary>
    /// The server ends that connection, and its lock, after this long without a sign of life.
    /// </summary>
    [Range(200, 60_000)]
    public int LockIdleMilliseconds { get; init; } = 3_000;

    /// <summary>
    /// Between two attempts of a waiting host to become the active one, and after a failure.
    /// </summary>
    [Range(50, 10_000)]
    public int RetryMilliseconds { get; init; } = 500;

    /// <summary>
    /// An active host that waits for Kafka for longer than this makes room for one that reaches it,
    /// where one is waiting.
    /// </summary>
    [Range(200, 600_000)]
    public int YieldMilliseconds { get; init; } = 2_500;

    /// <summary>
    /// Until the next host relays, whether the active one died, froze, lost the database or lost
    /// its way to Kafka: noticed, tried, and looked into Kafka and the outbox.
    /// </summary>
    public int LongestTakeoverMilliseconds =>
        Math.Max(LockIdleMilliseconds, YieldMilliseconds + HeartbeatMilliseconds)
        + RetryMilliseconds
        + LookMilliseconds
        + MaxPollMilliseconds;
}
