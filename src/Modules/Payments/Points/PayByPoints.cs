using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// Everything in the transaction of the request. A balance that does not reach is noticed before
/// the seats are pinned, so that the customer can pay in another way at once; the wallet is locked
/// last, and decides. A charge that comes in between is too late: no money is taken for seats that
/// are not pinned.
/// </summary>
internal sealed class PayByPoints(
    UnitOfWork work,
    PaymentsDb db,
    IReservationPayments reservations,
    Outbox outbox,
    AnswerWriter answers,
    IOptions<GatewayOptions> gateway,
    TimeProvider clock
)
{
    public const string InsufficientBalance = "insufficient-balance";

    /// <summary>Whether the balance is enough at this moment.</summary>
    public async Task<bool> ReachesAsync(PayableReservation reservation, CancellationToken stop) =>
        await BalanceAsync(reservation.CustomerId, stop) >= reservation.Amount;

    public async Task<Reply> PayAsync(
        long paymentId,
        PayableReservation reservation,
        CancellationToken stop
    )
    {
        var seen = await BalanceAsync(reservation.CustomerId, stop);
        var reaches = seen >= reservation.Amount;
        if (reaches)
        {
            var pinned = await reservations.PinAsync(reservation.ReservationId, paymentId, stop);
            if (StartPayment.Refusal(pinned, reservation) is { } refusal)
                return refusal;
        }

        var now = clock.GetUtcNow();
        var (payment, started) = Payment.Start(
            paymentId,
            reservation,
            PaymentMethod.Point,
            orderId: null,
            now,
            abandonAt: null
        );
        db.Payments.Add(payment);
        outbox.Add(started);

        var wallet = reaches ? await db.LockWalletAsync(reservation.CustomerId, stop) : null;
        if (wallet?.Pay(payment.Amount, payment.Id, now) is not { } entry)
        {
            outbox.Add(payment.Fail(InsufficientBalance, now));
            FaultPoints.AtCommit(work, FaultPoint.PointsLacking, FaultPoint.PointsLacked);
            await db.SaveChangesAsync(stop);
            var balance = wallet?.Balance ?? seen ?? Money.Zero;
            var problem = Problems.InsufficientBalance(balance.Won, payment.Amount.Won);
            return Reply.Effect(answers.Problem(problem, StartPayment.Path));
        }

        db.Entries.Add(entry);
        outbox.Add(payment.Complete(now));
        FaultPoints.AtCommit(work, FaultPoint.PointsTaking, FaultPoint.PointsTaken);
        await db.SaveChangesAsync(stop);
        return Reply.Effect(StartPayment.Created(payment, answers, gateway.Value));
    }

    /// <returns>null where there is no wallet.</returns>
    private Task<Money?> BalanceAsync(long customerId, CancellationToken stop) =>
        db
            .Wallets.AsNoTracking()
            .Where(w => w.CustomerId == customerId)
            .Select(w => (Money?)w.Balance)
            .SingleOrDefaultAsync(stop);
}
