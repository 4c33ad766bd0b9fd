using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ConcertReservation.Contracts;

/// <summary>
/// Every event, its name on the wire and its topic; and how an event becomes JSON and back.
/// </summary>
public static class EventCatalogue
{
    /// <summary>Wire name to class.</summary>
    public static IReadOnlyDictionary<string, EventDescription> ByName { get; } =
        new EventDescription[]
        {
            new("USER_SIGNED_UP", typeof(UserSignedUp), Topics.Users),
            new("USER_CHANGED", typeof(UserChanged), Topics.Users),
            new("USER_DELETED", typeof(UserDeleted), Topics.Users),
            new("CONCERT_SCHEDULED", typeof(ConcertScheduled), Topics.Concerts),
            new("CONCERT_CHANGED", typeof(ConcertChanged), Topics.Concerts),
            new("CONCERT_CANCELLED", typeof(ConcertCancelled), Topics.Concerts),
            new("CONCERT_SOLD_OUT", typeof(ConcertSoldOut), Topics.Concerts),
            new("CONCERT_REOPENED", typeof(ConcertReopened), Topics.Concerts),
            new("RESERVATION_CREATED", typeof(ReservationCreated), Topics.Reservations),
            new("RESERVATION_CONFIRMED", typeof(ReservationConfirmed), Topics.Reservations),
            new(
                "RESERVATION_CONFIRMATION_FAILED",
                typeof(ReservationConfirmationFailed),
                Topics.Reservations
            ),
            new("RESERVATION_EXPIRED", typeof(ReservationExpired), Topics.Reservations),
            new("RESERVATION_CANCELLED", typeof(ReservationCancelled), Topics.Reservations),
            new("PAYMENT_STARTED", typeof(PaymentStarted), Topics.Payments),
            new("PAYMENT_COMPLETED", typeof(PaymentCompleted), Topics.Payments),
            new("PAYMENT_FAILED", typeof(PaymentFailed), Topics.Payments),
            new("PAYMENT_REFUND_REQUESTED", typeof(PaymentRefundRequested), Topics.Payments),
            new("PAYMENT_REFUNDED", typeof(PaymentRefunded), Topics.Payments),
        }.ToDictionary(e => e.Name, StringComparer.Ordinal);

    /// <summary>
    /// The final bytes of an event: serialised once, stored, sent and kept as they are.
    /// </summary>
    public static byte[] Serialize(DomainEvent domainEvent) =>
        JsonSerializer.SerializeToUtf8Bytes(domainEvent, TypeInfo(domainEvent.GetType()));

    /// <exception cref="JsonException">The bytes are no such event.</exception>
    public static DomainEvent Deserialize(string eventType, ReadOnlySpan<byte> json) =>
        (DomainEvent?)JsonSerializer.Deserialize(json, TypeInfo(ByName[eventType].Type))
        ?? throw new JsonException("An event is an object, not null.");

    private static JsonTypeInfo TypeInfo(Type type) =>
        EventJson.Default.GetTypeInfo(type)
        ?? throw new ArgumentException($"{type.Name} is not in {nameof(EventJson)}.", nameof(type));
}

/// <summary>One row of the catalogue.</summary>
public sealed record EventDescription(string Name, Type Type, string Topic);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    Converters = [typeof(UtcTimeJsonConverter)]
)]
[JsonSerializable(typeof(UserSignedUp))]
[JsonSerializable(typeof(UserChanged))]
[JsonSerializable(typeof(UserDeleted))]
[JsonSerializable(typeof(ConcertScheduled))]
[JsonSerializable(typeof(ConcertChanged))]
[JsonSerializable(typeof(ConcertCancelled))]
[JsonSerializable(typeof(ConcertSoldOut))]
[JsonSerializable(typeof(ConcertReopened))]
[JsonSerializable(typeof(ReservationCreated))]
[JsonSerializable(typeof(ReservationConfirmed))]
[JsonSerializable(typeof(ReservationConfirmationFailed))]
[JsonSerializable(typeof(ReservationExpired))]
[JsonSerializable(typeof(ReservationCancelled))]
[JsonSerializable(typeof(PaymentStarted))]
[JsonSerializable(typeof(PaymentCompleted))]
[JsonSerializable(typeof(PaymentFailed))]
[JsonSerializable(typeof(PaymentRefundRequested))]
[JsonSerializable(typeof(PaymentRefunded))]
internal sealed partial class EventJson : JsonSerializerContext;
