using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Payments;

/// <summary>
/// A payment has failed, and its money may have been taken all the same: by a try that was under
/// way when the provider said no to another, or by a mistake of the provider's. No seats come of it
/// any more, so it goes back, once: the provider gives back no more than it has taken.
/// </summary>
internal sealed partial class LookBackAtFailed(
    UnitOfWork work,
    PaymentsDb db,
    IPaymentGateway provider,
    Rechecks rechecks,
    PaymentMetrics metrics,
    TimeProvider clock,
    ILogger<LookBackAtFailed> logger
)
{
    private const string WhyItGoesBack = "The payment had failed.";

    public async Task HandleAsync(Payment failed, CancellationToken stop)
    {
        var order = ProviderOrder.Of(failed);
        var verdict = await provider.FindAsync(order, stop);
        if (verdict.Kind == VerdictKind.Taken)
        {
            await NoteTakenAsync(failed, stop);
            verdict = await provider.RefundAsync(order, WhyItGoesBack, stop);
            FaultPoints.Reach(FaultPoint.StrayReturned);
        }

        var isOpen = verdict.Kind is VerdictKind.Unclear or VerdictKind.Taken;
        await InTransactionAsync(
            failed.Id,
            payment =>
            {
                // Somebody who took it up after this host's lease has ended it.
                if (payment.NextCheckAt is null)
                    return;

                if (isOpen)
                {
                    rechecks.Schedule(payment, failed.ClaimedUntil);
                    return;
                }

                var isReturned = verdict.Kind == VerdictKind.Returned;
                payment.EndLookBack(clock.GetUtcNow(), isReturned, failed.ClaimedUntil);
            },
            stop
        );
    }

    private Task NoteTakenAsync(Payment failed, CancellationToken stop) =>
        InTransactionAsync(
            failed.Id,
            payment =>
            {
                FaultPoints.AtCommit(work, FaultPoint.StrayNoting, FaultPoint.StrayNoted);
                if (!payment.NoteTaken(clock.GetUtcNow()))
                    return;

                // Before the commit: rather told twice than never, should this host die now.
                metrics.TakenAfterFailing();
                LogTaken(failed.Id, failed.OrderId);
            },
            stop
        );

    private Task InTransactionAsync(long paymentId, Action<Payment> decide, CancellationToken stop)
    {
        // What this scope read in an earlier transaction may not be so any more.
        db.ChangeTracker.Clear();
        return work.RunAsync(
            async token =>
            {
                decide((await db.LockPaymentAsync(paymentId, token))!);
                await db.SaveChangesAsync(token);
                return true;
            },
            stop
        );
    }

    [LoggerMessage(
        LogLevel.Error,
        "The provider took the money of payment {PaymentId}, order {OrderId}, which has failed: "
            + "it is given back"
    )]
    private partial void LogTaken(long paymentId, string? orderId);
}
