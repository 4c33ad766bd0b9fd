using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>Facts about a reservation, keyed <c>reservation-{reservationId}</c>.</summary>
public abstract record ReservationEvent : DomainEvent
{
    /// <summary>The reservation.</summary>
    public required long ReservationId { get; init; }

    /// <summary>The customer whose reservation it is.</summary>
    public required long UserId { get; init; }

    /// <summary>The concert whose seats it holds.</summary>
    public required long ConcertId { get; init; }

    [JsonIgnore]
    public override string Topic => Topics.Reservations;

    [JsonIgnore]
    public override string Key => $"reservation-{ReservationId}";

    [JsonIgnore]
    public override string Module => "reservations";
}

/// <summary>Seats are held for a customer, who has until <see cref="HeldUntil"/> to pay.</summary>
public sealed record ReservationCreated : ReservationEvent
{
    public override string EventType => "RESERVATION_CREATED";

    /// <summary>
    /// The first of <see cref="SeatIds"/>, for readers that know one seat a reservation.
    /// </summary>
    public required long SeatId { get; init; }

    /// <summary>All seats of the reservation.</summary>
    public required IReadOnlyList<long> SeatIds { get; init; }

    /// <summary>The price of all its seats.</summary>
    public required Money Amount { get; init; }

    /// <summary>Where to write to the customer.</summary>
    [EmailAddress]
    public required string UserEmail { get; init; }

    /// <summary>The customer's language, <c>ko</c> where none is known.</summary>
    [AllowedValues(Languages.Korean, Languages.English)]
    public required string Language { get; init; }

    /// <summary>What the concert is called.</summary>
    public required string ConcertName { get; init; }

    /// <summary>When the hold ends unless it is paid; a payment may extend it.</summary>
    public required DateTimeOffset HeldUntil { get; init; }
}

/// <summary>The reservation is paid: its seats are sold.</summary>
public sealed record ReservationConfirmed : ReservationEvent
{
    public override string EventType => "RESERVATION_CONFIRMED";

    /// <summary>All seats of the reservation.</summary>
    public required IReadOnlyList<long> SeatIds { get; init; }

    /// <summary>The price of all its seats.</summary>
    public required Money Amount { get; init; }

    /// <summary>The payment that it was paid with.</summary>
    public required long PaymentId { get; init; }

    /// <summary>Where to write to the customer.</summary>
    [EmailAddress]
    public required string UserEmail { get; init; }

    /// <summary>The customer's language, <c>ko</c> where none is known.</summary>
    [AllowedValues(Languages.Korean, Languages.English)]
    public required string Language { get; init; }

    /// <summary>What the concert is called.</summary>
    public required string ConcertName { get; init; }
}

/// <summary>The money came, the seats cannot be given: Payments refunds.</summary>
public sealed record ReservationConfirmationFailed : ReservationEvent
{
    public override string EventType => "RESERVATION_CONFIRMATION_FAILED";

    /// <summary>The payment whose money goes back.</summary>
    public required long PaymentId { get; init; }

    /// <summary>The price of all its seats.</summary>
    public required Money Amount { get; init; }

    /// <summary>Why, for people to read.</summary>
    public required string Reason { get; init; }
}

/// <summary>Nobody paid in time: the seats are free again.</summary>
public sealed record ReservationExpired : ReservationEvent
{
    public override string EventType => "RESERVATION_EXPIRED";

    /// <summary>All seats of the reservation.</summary>
    public required IReadOnlyList<long> SeatIds { get; init; }

    /// <summary>Where to write to the customer.</summary>
    [EmailAddress]
    public required string UserEmail { get; init; }

    /// <summary>The customer's language, <c>ko</c> where none is known.</summary>
    [AllowedValues(Languages.Korean, Languages.English)]
    public required string Language { get; init; }

    /// <summary>What the concert is called.</summary>
    public required string ConcertName { get; init; }
}

/// <summary>A hold or a sale was given back: its seats are free again.</summary>
public sealed record ReservationCancelled : ReservationEvent
{
    public override string EventType => "RESERVATION_CANCELLED";

    /// <summary>All seats of the reservation.</summary>
    public required IReadOnlyList<long> SeatIds { get; init; }

    /// <summary>The price of all its seats.</summary>
    public required Money Amount { get; init; }

    /// <summary>The payment to refund; null where nothing was paid.</summary>
    public long? PaymentId { get; init; }

    /// <summary>The seats were sold, and not only held.</summary>
    public required bool WasConfirmed { get; init; }

    /// <summary>Why, for people to read.</summary>
    public required string Reason { get; init; }

    /// <summary>
    /// The concert does not take place, and the reason is its organiser's; else the customer gave
    /// the reservation back.
    /// </summary>
    public bool ConcertCancelled { get; init; }

    /// <summary>Where to write to the customer.</summary>
    [EmailAddress]
    public required string UserEmail { get; init; }

    /// <summary>The customer's language, <c>ko</c> where none is known.</summary>
    [AllowedValues(Languages.Korean, Languages.English)]
    public required string Language { get; init; }

    /// <summary>What the concert is called.</summary>
    public required string ConcertName { get; init; }
}
