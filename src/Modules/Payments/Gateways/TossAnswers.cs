using System.Text.Json.Serialization;

namespace ConcertReservation.Payments;

internal enum TossQuestion
{
    Confirm,
    Find,
    Refund,
}

/// <summary>What we read of a payment at Toss Payments.</summary>
/// <param name="BalanceAmount">What may be given back of it still.</param>
internal sealed record TossPayment(
    string? PaymentKey,
    string? OrderId,
    string? Status,
    long TotalAmount,
    long? BalanceAmount,
    TossError? Failure
);

internal sealed record TossError(string? Code, string? Message)
{
    public string Message { get; } = Message ?? "";
}

/// <param name="CancelAmount">Null, and not sent, for all that was paid.</param>
internal sealed record TossCancellation(
    string CancelReason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? CancelAmount
);

/// <summary>A payment that was to be cancelled, or an error.</summary>
internal sealed record TossClosed(string? Status, long? BalanceAmount, string? Code)
{
    /// <summary>Nothing is left of it: in one go, or part by part.</summary>
    public bool IsOver =>
        Status == "CANCELED"
        || (Status == "PARTIAL_CANCELED" && BalanceAmount == 0)
        || Code == "ALREADY_CANCELED_PAYMENT";
}
