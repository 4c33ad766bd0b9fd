using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Payments;

/// <summary>
/// Nobody knows whether the money was taken: the provider is asked until it does.
/// </summary>
internal sealed class ReconcilePayment(IPaymentGateway provider, PaymentSettlement settlement)
{
    public async Task HandleAsync(Payment payment, CancellationToken stop)
    {
        var order = ProviderOrder.Of(payment);
        var verdict = await provider.FindAsync(order, stop);

        // The customer wants to pay and the seats are pinned, so the question is put again. To give
        // up here instead would be a guess: the first question may still be on its way.
        if (verdict.Kind == VerdictKind.NotTaken)
            verdict = await provider.ConfirmAsync(order, stop);
        FaultPoints.Reach(FaultPoint.ProviderFound);
        await settlement.SettleAsync(payment, verdict, stop);
    }
}
