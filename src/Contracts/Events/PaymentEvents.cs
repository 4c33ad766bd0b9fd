using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>Facts about a payment attempt, keyed <c>payment-{paymentId}</c>.</summary>
public abstract record PaymentEvent : DomainEvent
{
    public required long PaymentId { get; init; }
    public required long ReservationId { get; init; }
    public required long UserId { get; init; }
    public required Money Amount { get; init; }

    /// <summary><c>POINT</c> or <c>CARD</c>.</summary>
    public required string PaymentMethod { get; init; }

    [JsonIgnore]
    public override string Topic => Topics.Payments;

    [JsonIgnore]
    public override string Key => $"payment-{PaymentId}";

    [JsonIgnore]
    public override string Module => "payments";
}

public sealed record PaymentStarted : PaymentEvent
{
    public override string EventType => "PAYMENT_STARTED";
}

public sealed record PaymentCompleted : PaymentEvent
{
    public override string EventType => "PAYMENT_COMPLETED";
}

public sealed record PaymentFailed : PaymentEvent
{
    public override string EventType => "PAYMENT_FAILED";
    public required string Reason { get; init; }
}

public sealed record PaymentRefundRequested : PaymentEvent
{
    public override string EventType => "PAYMENT_REFUND_REQUESTED";
    public required string Reason { get; init; }
}

public sealed record PaymentRefunded : PaymentEvent
{
    public override string EventType => "PAYMENT_REFUNDED";
    public required string Reason { get; init; }
}
