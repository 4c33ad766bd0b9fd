namespace ConcertReservation.Messaging;

/// <summary>A record that a group gives up for now.</summary>
/// <param name="Status">One of <see cref="DeadLetterStatus"/>.</param>
/// <param name="IsClaimed">
/// The inbox has it from this transaction; else it is to be asked whether the group knows the event
/// already.
/// </param>
internal sealed record DeadLetter(
    ReceivedEvent Event,
    string Status,
    Exception Reason,
    bool IsClaimed
);

/// <summary>The values of <c>messaging.dead_letters.status</c>.</summary>
internal static class DeadLetterStatus
{
    /// <summary>It failed, and blocks its key until somebody decides.</summary>
    public const string Waiting = "waiting";

    /// <summary>It stands in line behind a waiting one of its key.</summary>
    public const string Parked = "parked";

    /// <summary>Applied after all.</summary>
    public const string Replayed = "replayed";

    /// <summary>Never to be applied.</summary>
    public const string Discarded = "discarded";

    public static readonly IReadOnlyList<string> All = [Waiting, Parked, Replayed, Discarded];
}

/// <summary>How much of its record a letter in Kafka has; the most that its topic takes.</summary>
internal enum LetterExtent
{
    Whole,

    /// <summary>Key and headers, as they were received.</summary>
    WithoutBody,

    /// <summary>Where the record was and why it failed, which fits anywhere.</summary>
    PlaceAlone,
}

/// <summary>Not a fault of the event: an earlier one of its key waits as a dead letter.</summary>
internal sealed class ParkedException(string key)
    : Exception($"Parked: an earlier event of {key} is a dead letter that waits.");

/// <summary>
/// Kafka did not acknowledge a dead letter in time; its record is not given up yet.
/// </summary>
internal sealed class DeadLetterUnsentException(string message) : Exception(message);
