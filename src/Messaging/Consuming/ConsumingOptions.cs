using System.ComponentModel.DataAnnotations;

namespace ConcertReservation.Messaging;

/// <summary>
/// Section <c>Kafka:Consuming</c>: how this host's consumer groups read and apply events.
/// </summary>
public sealed class ConsumingOptions
{
    public const string Section = "Kafka:Consuming";

    /// <summary>Records of one partition applied in one transaction, at most.</summary>
    [Range(1, 5000)]
    public int BatchRecords { get; init; } = 500;

    /// <summary>
    /// Records that wait for one partition's worker before the partition is paused.
    /// </summary>
    [Range(1, 100_000)]
    public int QueueRecords { get; init; } = 4000;

    /// <summary>
    /// Bytes that wait for one partition's worker before the partition is paused.
    /// </summary>
    [Range(1024, 256 * 1024 * 1024)]
    public int QueueBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>
    /// Batches of one group under way at once, each on a database connection of its own.
    /// </summary>
    [Range(1, 100)]
    public int ConcurrentBatches { get; init; } = 4;

    /// <summary>A member silent for so long loses its partitions.</summary>
    [Range(1000, 1_800_000)]
    public int SessionTimeoutMilliseconds { get; init; } = 30_000;

    [Range(100, 600_000)]
    public int HeartbeatMilliseconds { get; init; } = 3000;

    /// <summary>
    /// How often an event whose consumer throws is tried again before it is a dead letter.
    /// </summary>
    [Range(0, 100)]
    public int Retries { get; init; } = 3;

    [Range(0, 600_000)]
    public int RetryDelayMilliseconds { get; init; } = 1000;

    /// <summary>
    /// First pause in an outage of what consumers depend on; it doubles up to the longest.
    /// </summary>
    [Range(1, 60_000)]
    public int OutageDelayMilliseconds { get; init; } = 100;

    [Range(1, 600_000)]
    public int OutageMaxDelayMilliseconds { get; init; } = 5000;

    /// <summary>
    /// Between two commits of a group's offsets to Kafka; positions are in the database at once.
    /// </summary>
    [Range(10, 60_000)]
    public int CommitIntervalMilliseconds { get; init; } = 500;

    /// <summary>
    /// What is in hand at a rebalance or shutdown may finish in this time, else it is rolled back.
    /// </summary>
    [Range(0, 60_000)]
    public int DrainMilliseconds { get; init; } = 4000;

    /// <summary>
    /// Kafka's answer to a dead letter; without it the event is tried again later.
    /// </summary>
    [Range(100, 60_000)]
    public int DeadLetterTimeoutMilliseconds { get; init; } = 8000;

    /// <summary>
    /// How long a transaction may stand still for a dead letter: the producer gives it up by
    /// itself, and a report lost with a broken producer is waited for a little longer.
    /// </summary>
    public int LongestDeadLetterMilliseconds => DeadLetterTimeoutMilliseconds + 1000;
}
