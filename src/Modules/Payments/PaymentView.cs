using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;

namespace ConcertReservation.Payments;

/// <summary>A payment as its owner sees it.</summary>
/// <param name="Method">POINT or CARD.</param>
/// <param name="Amount">In won.</param>
/// <param name="Status">STARTED, UNKNOWN, COMPLETED, FAILED, REFUND_REQUESTED or REFUNDED.</param>
/// <param name="Reason">Why it failed or is refunded.</param>
/// <param name="Checkout">
/// What the customer pays with at the provider; only while a card payment waits for it.
/// </param>
internal sealed record PaymentView(
    long PaymentId,
    long ReservationId,
    string Method,
    long Amount,
    string Status,
    DateTimeOffset StartedAt,
    string? Reason,
    Checkout? Checkout
)
{
    public static PaymentView Of(Payment payment, GatewayOptions gateway) =>
        new(
            payment.Id,
            payment.ReservationId,
            payment.Method.ToWire(),
            payment.Amount.Won,
            payment.Status.ToWire(),
            payment.StartedAt,
            payment.Reason,
            payment is { CanBeAbandoned: true, OrderId: { } orderId, NextCheckAt: { } until }
                ? new Checkout(
                    orderId,
                    payment.Amount.Won,
                    gateway.CheckoutFor(orderId, payment.Amount.Won),
                    until
                )
                : null
        );

    public static string PathOf(long paymentId) => $"/api/payments/{paymentId}";

    public static readonly PaymentView Example = new(
        Examples.PaymentId,
        Examples.ReservationId,
        Method: PaymentMethods.Card,
        Examples.TotalWon,
        Status: PaymentStatuses.Started,
        Examples.HeldAt,
        Reason: null,
        new Checkout(
            "payment-1-9f86d081884c7d65",
            Examples.TotalWon,
            new Uri(
                "http://127.0.0.1:5090/checkout?orderId=payment-1-9f86d081884c7d65&amount=308000"
            ),
            Examples.HeldAt.AddMinutes(3)
        )
    );
}

/// <summary>What the provider has to be told to pay; it answers with a payment key.</summary>
/// <param name="Amount">In won.</param>
/// <param name="Url">A page to pay at.</param>
/// <param name="ExpiresAt">Confirmed later than this, the attempt has ended.</param>
internal sealed record Checkout(string OrderId, long Amount, Uri Url, DateTimeOffset ExpiresAt);
