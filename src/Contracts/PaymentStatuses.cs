namespace ConcertReservation.Contracts;

/// <summary>States of a payment, as the API and other modules see them.</summary>
public static class PaymentStatuses
{
    public const string Started = "STARTED";
    public const string Unknown = "UNKNOWN";
    public const string Completed = "COMPLETED";
    public const string Failed = "FAILED";
    public const string RefundRequested = "REFUND_REQUESTED";
    public const string Refunded = "REFUNDED";
}
