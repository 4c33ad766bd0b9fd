using Microsoft.Extensions.Options;

namespace ConcertReservation.PaymentSandbox;

/// <summary>The merchant asks what became of a payment, by its key or by the order.</summary>
internal static class ShowCardPayment
{
    public static void Map(IEndpointRouteBuilder merchant)
    {
        merchant.MapGet("/{paymentKey}", ByKey);
        merchant.MapGet("/orders/{orderId}", ByOrder);
    }

    private static IResult ByKey(
        string paymentKey,
        Ledger ledger,
        IOptions<SandboxOptions> options,
        TimeProvider clock
    ) => Show(ledger.FindByKey(paymentKey), options.Value, clock);

    private static IResult ByOrder(
        string orderId,
        Ledger ledger,
        IOptions<SandboxOptions> options,
        TimeProvider clock
    ) => Show(ledger.FindByOrder(orderId), options.Value, clock);

    private static IResult Show(CardPayment? payment, SandboxOptions options, TimeProvider clock) =>
        payment is { IsSeen: true }
            ? Answers.Of(payment.AsOf(clock.GetUtcNow(), options.ExpireAfter))
            : Answers.NotFound();
}
