using ConcertReservation.Contracts;

namespace ConcertReservation.Verification;

/// <summary>
/// Who has to apply what. Written down here, and not learned from what was applied: a group that
/// passes over every event of a type would else be right.
/// </summary>
internal static class ConsumerGroups
{
    public const string DataPlatform = "data-platform";
    public const string Notifications = "notification-service";

    private static readonly Dictionary<string, HashSet<string>> Types = new(StringComparer.Ordinal)
    {
        ["ranking-service"] =
        [
            "RESERVATION_CREATED",
            "RESERVATION_CONFIRMED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CANCELLED",
            "CONCERT_SCHEDULED",
            "CONCERT_CHANGED",
            "CONCERT_SOLD_OUT",
            "CONCERT_CANCELLED",
        ],
        [Notifications] =
        [
            "USER_SIGNED_UP",
            "CONCERT_SCHEDULED",
            "CONCERT_CHANGED",
            "CONCERT_SOLD_OUT",
            "CONCERT_REOPENED",
            "RESERVATION_CREATED",
            "RESERVATION_CONFIRMED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CANCELLED",
            "PAYMENT_REFUNDED",
        ],
        ["reservation-service"] =
        [
            "USER_SIGNED_UP",
            "CONCERT_SCHEDULED",
            "CONCERT_CHANGED",
            "CONCERT_CANCELLED",
            "PAYMENT_COMPLETED",
            "PAYMENT_FAILED",
        ],
        ["payment-service"] =
        [
            "RESERVATION_CONFIRMATION_FAILED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CANCELLED",
        ],
        ["concert-service"] = ["RESERVATION_CONFIRMED", "RESERVATION_CANCELLED"],
    };

    /// <summary>The topics that each group reads.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Topics { get; } =
        Types
            .Select(g => (g.Key, Topics: TopicsOf(g.Value)))
            .Append((DataPlatform, [.. Contracts.Topics.Partitions.Keys]))
            .ToDictionary(g => g.Item1, g => g.Item2, StringComparer.Ordinal);

    /// <summary>
    /// Whether the group has to apply events of a type: the event store keeps even those that
    /// nobody knows.
    /// </summary>
    public static bool Applies(string group, string eventType) =>
        group == DataPlatform || Types[group].Contains(eventType);

    private static IReadOnlyList<string> TopicsOf(IEnumerable<string> types) =>
        [.. types.Select(t => EventCatalogue.ByName[t].Topic).Distinct(StringComparer.Ordinal)];
}
