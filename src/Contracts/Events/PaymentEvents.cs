using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ConcertReservation.Contracts;

/// <summary>Facts about a payment attempt, keyed <c>payment-{paymentId}</c>.</summary>
public abstract record PaymentEvent : DomainEvent
{
    /// <summary>The payment attempt; a reservation may have several.</summary>
    public required long PaymentId { get; init; }

    /// <summary>The reservation to be paid.</summary>
    public required long ReservationId { get; init; }

    /// <summary>The customer who pays.</summary>
    public required long UserId { get; init; }

    /// <summary>What the payment moves, or would have moved.</summary>
    public required Money Amount { get; init; }

    /// <summary>From the customer's wallet, or from a card.</summary>
    [AllowedValues(PaymentMethods.Point, PaymentMethods.Card)]
    public required string PaymentMethod { get; init; }

    [JsonIgnore]
    public override string Topic => Topics.Payments;

    [JsonIgnore]
    public override string Key => $"payment-{PaymentId}";

    [JsonIgnore]
    public override string Module => "payments";
}

/// <summary>A customer began to pay.</summary>
public sealed record PaymentStarted : PaymentEvent
{
    public override string EventType => "PAYMENT_STARTED";
}

/// <summary>The money came; the reservation is not confirmed by that yet.</summary>
public sealed record PaymentCompleted : PaymentEvent
{
    public override string EventType => "PAYMENT_COMPLETED";
}

/// <summary>No money came by this attempt, and none will.</summary>
public sealed record PaymentFailed : PaymentEvent
{
    public override string EventType => "PAYMENT_FAILED";

    /// <summary>Why, for people to read.</summary>
    public required string Reason { get; init; }
}

/// <summary>Money that came is to go back to the customer.</summary>
public sealed record PaymentRefundRequested : PaymentEvent
{
    public override string EventType => "PAYMENT_REFUND_REQUESTED";

    /// <summary>Why, for people to read.</summary>
    public required string Reason { get; init; }
}

/// <summary>The money went back to the customer.</summary>
public sealed record PaymentRefunded : PaymentEvent
{
    public override string EventType => "PAYMENT_REFUNDED";

    /// <summary>Why, for people to read.</summary>
    public required string Reason { get; init; }
}
