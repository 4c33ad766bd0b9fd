using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;

namespace ConcertReservation.Payments;

/// <summary>
/// Money goes back in two steps: the wish is committed with its event, then the money moves.
/// Each payment is refunded once: its state says so, the wallet's entries are unique, and
/// the provider knows our order id.
/// </summary>
internal sealed class RefundPayment(
    UnitOfWork work,
    PaymentsDb db,
    Outbox outbox,
    IPaymentGateway provider,
    Rechecks rechecks,
    TimeProvider clock
)
{
    /// <summary>Moves the money of a requested refund.</summary>
    public async Task HandleAsync(Payment requested, CancellationToken stop)
    {
        var verdict =
            requested.Method == PaymentMethod.Point
                ? new Verdict(VerdictKind.Returned)
                : await provider.RefundAsync(ProviderOrder.Of(requested), requested.Reason!, stop);
        FaultPoints.Reach(FaultPoint.ProviderReturned);
        await work.RunAsync(
            async token =>
            {
                var payment = (await db.LockPaymentAsync(requested.Id, token))!;
                if (payment.Status != PaymentStatus.RefundRequested)
                    return false;

                if (verdict.Kind == VerdictKind.Returned)
                    await ReturnAsync(payment, token);
                else
                    Postpone(payment, requested.ClaimedUntil);

                await db.SaveChangesAsync(token);
                return true;
            },
            stop
        );
    }

    private void Postpone(Payment payment, DateTimeOffset? claim)
    {
        rechecks.Schedule(payment, claim);
        FaultPoints.AtCommit(work, FaultPoint.RefundPostponing, FaultPoint.RefundPostponed);
    }

    private async Task ReturnAsync(Payment payment, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (payment.Method == PaymentMethod.Point)
        {
            var wallet = await db.LockOrOpenWalletAsync(payment.CustomerId, stop);
            db.Entries.Add(wallet.Refund(payment.Amount, payment.Id, now));
        }

        outbox.Add(payment.Refund(now));
        FaultPoints.AtCommit(work, FaultPoint.ReturnRecording, FaultPoint.ReturnRecorded);
    }
}
