using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// The steps of <see cref="ConfirmPayment"/>: what is committed before the provider is asked, the
/// question with nothing locked, and what is committed after it. A crash in between is finished by
/// <see cref="FinishPayments"/>.
/// </summary>
internal sealed class PaymentConfirmation(
    PaymentsDb db,
    IReservationPayments reservations,
    IPaymentGateway provider,
    PaymentSettlement settlement,
    IOptions<GatewayOptions> gateway,
    TimeProvider clock
)
{
    /// <summary>Pins the seats and notes that the provider will be asked.</summary>
    public async Task<Reply> BeginAsync(
        long paymentId,
        long customerId,
        string paymentKey,
        CancellationToken stop
    )
    {
        var seen = await db
            .Payments.AsNoTracking()
            .SingleOrDefaultAsync(p => p.Id == paymentId && p.CustomerId == customerId, stop);
        if (seen is null)
            return Problems.NotFound("payment", paymentId);
        if (!seen.CanBeConfirmed)
            return NotNow(seen);

        // Reservations come before payments in the order of locks.
        var pinned = await reservations.PinAsync(seen.ReservationId, paymentId, stop);
        if (pinned is PinResult.Lapsed)
            return Problems.ReservationExpired(seen.ReservationId);
        if (pinned is not PinResult.Done)
        {
            return Problems.IllegalState(
                $"Reservation {seen.ReservationId} cannot be paid any more."
            );
        }

        var payment = (await db.LockPaymentAsync(paymentId, stop))!;
        if (!payment.CanBeConfirmed)
            return NotNow(payment);

        payment.Ask(paymentKey, clock.GetUtcNow() + gateway.Value.AnswerBy);
        await db.SaveChangesAsync(stop);
        return Reply.Begun(PaymentSettlement.Subject(paymentId));
    }

    /// <summary>
    /// Asks the provider and writes its answer down, even if the customer hangs up meanwhile; the
    /// provider's time limit bounds it.
    /// </summary>
    /// <returns>Null where somebody else settled it meanwhile.</returns>
    public async Task<RecordedAnswer?> AskAsync(long paymentId)
    {
        var payment = await FindAsync(paymentId, CancellationToken.None);
        var verdict = await provider.ConfirmAsync(
            ProviderOrder.Of(payment),
            CancellationToken.None
        );
        return await settlement.SettleAsync(payment, verdict, CancellationToken.None);
    }

    /// <summary>The payment as it is now.</summary>
    public async Task<RecordedAnswer> ShowAsync(long paymentId, CancellationToken stop) =>
        settlement.AnswerOf(await FindAsync(paymentId, stop));

    private Task<Payment> FindAsync(long paymentId, CancellationToken stop) =>
        db.Payments.AsNoTracking().SingleAsync(p => p.Id == paymentId, stop);

    private static Problem NotNow(Payment payment) =>
        Problems.IllegalState(
            payment is { Status: PaymentStatus.Started, WasAsked: true }
                ? $"Payment {payment.Id} is being confirmed."
                : $"Payment {payment.Id} is {payment.Status.ToWire()} and cannot be confirmed."
        );
}
