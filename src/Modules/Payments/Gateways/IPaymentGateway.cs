using ConcertReservation.Contracts;

namespace ConcertReservation.Payments;

/// <summary>
/// The payment provider. Every command is idempotent by our order id, which belongs to one payment:
/// it may be given again after any failure. No lock or transaction is held while it is asked.
/// </summary>
internal interface IPaymentGateway
{
    /// <summary>Takes the money that the customer agreed to under the payment key.</summary>
    Task<Verdict> ConfirmAsync(ProviderOrder order, CancellationToken stop);

    /// <summary>What the provider knows of the order.</summary>
    Task<Verdict> FindAsync(ProviderOrder order, CancellationToken stop);

    /// <summary>
    /// Gives the whole amount back, or what is left of it where a part went back before, past us.
    /// </summary>
    Task<Verdict> RefundAsync(ProviderOrder order, string reason, CancellationToken stop);
}

/// <param name="OrderId">Our name for the payment.</param>
/// <param name="PaymentKey">The provider's name for what the customer did there.</param>
/// <param name="StartedAt">When the payment was started.</param>
/// <param name="Checks">How often it was asked before without an outcome.</param>
internal sealed record ProviderOrder(
    string OrderId,
    string PaymentKey,
    Money Amount,
    DateTimeOffset StartedAt,
    int Checks
)
{
    /// <summary>Whatever the provider says to this try, an earlier one may be under way.</summary>
    public bool HasUnansweredTry { get; init; }

    public static ProviderOrder Of(Payment payment) =>
        new(
            payment.OrderId!,
            payment.PaymentKey!,
            payment.Amount,
            payment.StartedAt,
            payment.Checks
        )
        {
            HasUnansweredTry = payment.HasUnansweredTry,
        };
}

internal enum VerdictKind
{
    /// <summary>The money was taken.</summary>
    Taken,

    /// <summary>The money was not taken, and will not be.</summary>
    Declined,

    /// <summary>
    /// The money was not taken so far: the provider waits to be asked, or knows no such order.
    /// </summary>
    NotTaken,

    /// <summary>All of the money went back to the customer, whoever gave it.</summary>
    Returned,

    /// <summary>No answer, or one that tells nothing: anything may have happened.</summary>
    Unclear,
}

/// <param name="Detail">Why, in the provider's words.</param>
internal sealed record Verdict(VerdictKind Kind, string Detail = "")
{
    /// <summary>The attempt is over and no money of it is here.</summary>
    public bool IsFailure => Kind is VerdictKind.Declined or VerdictKind.Returned;
}
