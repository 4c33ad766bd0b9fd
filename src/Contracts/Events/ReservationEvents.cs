using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>Facts about a reservation, keyed <c>reservation-{reservationId}</c>.</summary>
public abstract record ReservationEvent : DomainEvent
{
    public required long ReservationId { get; init; }
    public required long UserId { get; init; }
    public required long ConcertId { get; init; }

    [JsonIgnore]
    public override string Topic => Topics.Reservations;

    [JsonIgnore]
    public override string Key => $"reservation-{ReservationId}";

    [JsonIgnore]
    public override string Module => "reservations";
}

public sealed record ReservationCreated : ReservationEvent
{
    public override string EventType => "RESERVATION_CREATED";

    /// <summary>
    /// The first of <see cref="SeatIds"/>, for readers that know one seat a reservation.
    /// </summary>
    public required long SeatId { get; init; }
    public required IReadOnlyList<long> SeatIds { get; init; }
    public required Money Amount { get; init; }
    public required string UserEmail { get; init; }
    public required string Language { get; init; }
    public required string ConcertName { get; init; }
    public required DateTimeOffset HeldUntil { get; init; }
}

public sealed record ReservationConfirmed : ReservationEvent
{
    public override string EventType => "RESERVATION_CONFIRMED";
    public required IReadOnlyList<long> SeatIds { get; init; }
    public required Money Amount { get; init; }
    public required long PaymentId { get; init; }
    public required string UserEmail { get; init; }
    public required string Language { get; init; }
    public required string ConcertName { get; init; }
}

/// <summary>The money came, the seats cannot be given: Payments refunds.</summary>
public sealed record ReservationConfirmationFailed : ReservationEvent
{
    public override string EventType => "RESERVATION_CONFIRMATION_FAILED";
    public required long PaymentId { get; init; }
    public required Money Amount { get; init; }
    public required string Reason { get; init; }
}

public sealed record ReservationExpired : ReservationEvent
{
    public override string EventType => "RESERVATION_EXPIRED";
    public required IReadOnlyList<long> SeatIds { get; init; }
    public required string UserEmail { get; init; }
    public required string Language { get; init; }
    public required string ConcertName { get; init; }
}

public sealed record ReservationCancelled : ReservationEvent
{
    public override string EventType => "RESERVATION_CANCELLED";
    public required IReadOnlyList<long> SeatIds { get; init; }
    public required Money Amount { get; init; }

    /// <summary>The payment to refund; null where nothing was paid.</summary>
    public long? PaymentId { get; init; }
    public required bool WasConfirmed { get; init; }
    public required string Reason { get; init; }

    /// <summary>
    /// The concert does not take place, and the reason is its organiser's; else the customer gave
    /// the reservation back.
    /// </summary>
    public bool ConcertCancelled { get; init; }
    public required string UserEmail { get; init; }
    public required string Language { get; init; }
    public required string ConcertName { get; init; }
}
