using ConcertReservation.Contracts;

namespace ConcertReservation.Verification;

/// <summary>Who has to apply what, as the contract says.</summary>
internal static class ConsumerGroups
{
    public const string DataPlatform = GroupCatalogue.DataPlatform;
    public const string Notifications = GroupCatalogue.Notifications;
    public const string Reservations = "reservation-service";
    public const string Payments = "payment-service";

    private static readonly Dictionary<string, HashSet<string>> Types =
        GroupCatalogue.All.ToDictionary(
            g => g.Name,
            g => g.Events.ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal
        );

    /// <summary>The topics that each group reads.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Topics { get; } =
        GroupCatalogue.All.ToDictionary(g => g.Name, g => g.Topics, StringComparer.Ordinal);

    /// <summary>
    /// Whether the group has to apply events of a type: the event store keeps even those that
    /// nobody knows.
    /// </summary>
    public static bool Applies(string group, string eventType) =>
        group == DataPlatform || Types[group].Contains(eventType);
}
