namespace ConcertReservation.Payments;

internal enum TossQuestion
{
    Confirm,
    Find,
    Refund,
}

/// <summary>What we read of a payment at Toss Payments.</summary>
internal sealed record TossPayment(
    string? PaymentKey,
    string? OrderId,
    string? Status,
    long TotalAmount,
    TossError? Failure
);

internal sealed record TossError(string? Code, string? Message)
{
    public string Message { get; } = Message ?? "";
}

/// <summary>A payment that was to be cancelled, or an error.</summary>
internal sealed record TossClosed(string? Status, string? Code);
