namespace ConcertReservation.Contracts;

/// <summary>
/// Who reads what. Written down, and not learned from what was applied: a group that passes over
/// every event of a type would else be right.
/// </summary>
public static class GroupCatalogue
{
    public const string DataPlatform = "data-platform";
    public const string Notifications = "notification-service";

    public static IReadOnlyList<GroupDescription> All { get; } =
    [
        new(
            Notifications,
            "Mails to customers.",
            "USER_SIGNED_UP",
            "USER_CHANGED",
            "USER_DELETED",
            "CONCERT_SCHEDULED",
            "CONCERT_CHANGED",
            "CONCERT_SOLD_OUT",
            "CONCERT_REOPENED",
            "RESERVATION_CREATED",
            "RESERVATION_CONFIRMED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CANCELLED",
            "PAYMENT_REFUNDED"
        ),
        new(
            "ranking-service",
            "The rankings in Redis.",
            "RESERVATION_CREATED",
            "RESERVATION_CONFIRMED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CANCELLED",
            "CONCERT_SCHEDULED",
            "CONCERT_CHANGED",
            "CONCERT_SOLD_OUT",
            "CONCERT_CANCELLED"
        ),
        new(
            DataPlatform,
            "The event store, statistics and audit: every event, also of types unknown.",
            [.. EventCatalogue.ByName.Keys]
        ),
        new(
            "reservation-service",
            "The seat inventory, and confirming what is paid.",
            "USER_SIGNED_UP",
            "USER_CHANGED",
            "CONCERT_SCHEDULED",
            "CONCERT_CHANGED",
            "CONCERT_CANCELLED",
            "PAYMENT_COMPLETED",
            "PAYMENT_FAILED"
        ),
        new(
            "payment-service",
            "Refunds.",
            "RESERVATION_CONFIRMATION_FAILED",
            "RESERVATION_EXPIRED",
            "RESERVATION_CANCELLED"
        ),
        new(
            "concert-service",
            "Seats sold, and sold out.",
            "RESERVATION_CONFIRMED",
            "RESERVATION_CANCELLED"
        ),
    ];
}

/// <summary>One group of consumers.</summary>
/// <param name="Name">Its group id in Kafka.</param>
/// <param name="Events">The names of the events that it has to apply.</param>
public sealed record GroupDescription(string Name, string Purpose, params string[] Events)
{
    /// <summary>Where these events are.</summary>
    public IReadOnlyList<string> Topics { get; } =
    [
        .. Events
            .Select(e => EventCatalogue.ByName[e].Topic)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];
}
