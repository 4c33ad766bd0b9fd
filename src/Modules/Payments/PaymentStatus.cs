using System.Collections.Frozen;
using ConcertReservation.Contracts;

namespace ConcertReservation.Payments;

internal enum PaymentStatus
{
    Started,
    Unknown,
    Completed,
    Failed,
    RefundRequested,
    Refunded,
}

internal enum PaymentMethod
{
    /// <summary>From the customer's wallet, at once.</summary>
    Point,

    /// <summary>At the payment provider.</summary>
    Card,
}

/// <summary>The names in JSON, events and tables.</summary>
internal static class PaymentNames
{
    private static readonly FrozenDictionary<PaymentStatus, string> Statuses = new Dictionary<
        PaymentStatus,
        string
    >
    {
        [PaymentStatus.Started] = PaymentStatuses.Started,
        [PaymentStatus.Unknown] = PaymentStatuses.Unknown,
        [PaymentStatus.Completed] = PaymentStatuses.Completed,
        [PaymentStatus.Failed] = PaymentStatuses.Failed,
        [PaymentStatus.RefundRequested] = PaymentStatuses.RefundRequested,
        [PaymentStatus.Refunded] = PaymentStatuses.Refunded,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, PaymentStatus> StatusesByName =
        Statuses.ToFrozenDictionary(s => s.Value, s => s.Key, StringComparer.Ordinal);

    public static string ToWire(this PaymentStatus status) => Statuses[status];

    public static PaymentStatus Status(string name) => StatusesByName[name];

    public static string ToWire(this PaymentMethod method) =>
        method == PaymentMethod.Point ? PaymentMethods.Point : PaymentMethods.Card;

    /// <summary>Null where the name is neither POINT nor CARD.</summary>
    public static PaymentMethod? Method(string? name) =>
        name switch
        {
            PaymentMethods.Point => PaymentMethod.Point,
            PaymentMethods.Card => PaymentMethod.Card,
            _ => null,
        };
}
