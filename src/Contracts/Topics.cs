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

    public static string DeadLetters(string topic) => topic + "-dlt";
}
