namespace ConcertReservation.Contracts;

/// <summary>
/// The Kafka topics, their partitions, and the topic that takes their dead letters.
/// </summary>
public static class Topics
{
    public const string Reservations = "reservation-events";
    public const string Payments = "payment-events";
    public const string Concerts = "concert-events";
    public const string Users = "user-events";

    public static IReadOnlyDictionary<string, int> Partitions { get; } =
        new Dictionary<string, int>(StringComparer.Ordinal)
        {
            [Reservations] = 6,
            [Payments] = 6,
            [Concerts] = 6,
            [Users] = 3,
        };

    /// <summary>How long a record is kept, unless its partition is full before.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    /// <summary>Of a partition.</summary>
    public const long RetentionBytes = 1L << 30;

    public static readonly TimeSpan DeadLetterRetention = TimeSpan.FromDays(14);

    /// <summary>A record at the limit plus what a dead letter's headers add.</summary>
    public const int DeadLetterMaxBytes = 2 * 1024 * 1024;

    public static string DeadLetters(string topic) => topic + "-dlt";
}
