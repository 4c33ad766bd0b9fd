using System.Security.Cryptography;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>What <see cref="StartPayment"/> does inside its transaction.</summary>
internal sealed class PaymentStarter(
    PaymentsDb db,
    IReservationPayments reservations,
    Outbox outbox,
    AnswerWriter answers,
    IOptions<PaymentsOptions> options,
    IOptions<GatewayOptions> gateway,
    TimeProvider clock
)
{
    public const string InsufficientBalance = "insufficient-balance";

    public async Task<Reply> StartAsync(
        long paymentId,
        PayableReservation reservation,
        PaymentMethod method,
        CancellationToken stop
    )
    {
        var id = reservation.ReservationId;
        var extended = await reservations.ExtendAsync(id, paymentId, stop);
        if (Refusal(extended, reservation) is { } refusal)
            return refusal;

        var live = await db
            .Payments.Where(p => p.ReservationId == id)
            .Where(p =>
                p.Status == PaymentStatus.Started
                || p.Status == PaymentStatus.Unknown
                || p.Status == PaymentStatus.Completed
            )
            .Select(p => new
            {
                p.Id,
                p.Status,
                p.Method,
            })
            .FirstOrDefaultAsync(stop);
        if (live is not null && !(live.Method != method && await GivesWayAsync(live.Id, stop)))
        {
            return Problems.IllegalState(
                $"Payment {live.Id} of reservation {id} is {live.Status.ToWire()}."
            );
        }

        return method == PaymentMethod.Point
            ? await PayByPointsAsync(paymentId, reservation, stop)
            : await StartCardAsync(paymentId, reservation, stop);
    }

    /// <summary>
    /// Who went to the provider and comes back to pay in another way need not wait until the first
    /// attempt counts as abandoned, by when the hold may be over.
    /// </summary>
    private async Task<bool> GivesWayAsync(long paymentId, CancellationToken stop)
    {
        var payment = (await db.LockPaymentAsync(paymentId, stop))!;
        if (!payment.CanBeAbandoned)
            return false;

        outbox.Add(payment.Fail(PaymentSettlement.Abandoned, clock.GetUtcNow()));
        await db.SaveChangesAsync(stop);
        return true;
    }

    /// <summary>
    /// Everything in this one transaction. A balance that does not reach is noticed before
    /// the seats are pinned, so that the customer can pay in another way at once; the
    /// wallet is locked last, and decides. A charge that comes in between is too late: no
    /// money is taken for seats that are not pinned.
    /// </summary>
    private async Task<Reply> PayByPointsAsync(
        long paymentId,
        PayableReservation reservation,
        CancellationToken stop
    )
    {
        var seen = await db
            .Wallets.AsNoTracking()
            .Where(w => w.CustomerId == reservation.CustomerId)
            .Select(w => (Money?)w.Balance)
            .SingleOrDefaultAsync(stop);
        var reaches = seen >= reservation.Amount;
        if (reaches)
        {
            var pinned = await reservations.PinAsync(reservation.ReservationId, paymentId, stop);
            if (Refusal(pinned, reservation) is { } refusal)
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
            await db.SaveChangesAsync(stop);
            var balance = wallet?.Balance ?? seen ?? Money.Zero;
            var problem = Problems.InsufficientBalance(balance.Won, payment.Amount.Won);
            return Reply.Effect(answers.Problem(problem, StartPayment.Path));
        }

        db.Entries.Add(entry);
        outbox.Add(payment.Complete(now));
        await db.SaveChangesAsync(stop);
        return Created(payment);
    }

    private async Task<Reply> StartCardAsync(
        long paymentId,
        PayableReservation reservation,
        CancellationToken stop
    )
    {
        // Unguessable, and unlike any other installation's: one provider may serve several.
        var orderId =
            $"payment-{paymentId}-{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var now = clock.GetUtcNow();
        var (payment, started) = Payment.Start(
            paymentId,
            reservation,
            PaymentMethod.Card,
            orderId,
            now,
            abandonAt: now + options.Value.AbandonAfter
        );
        db.Payments.Add(payment);
        outbox.Add(started);
        await db.SaveChangesAsync(stop);
        return Created(payment);
    }

    private Reply Created(Payment payment) =>
        Reply.Effect(
            answers.Json(
                201,
                PaymentView.Of(payment, gateway.Value),
                PaymentView.PathOf(payment.Id)
            )
        );

    /// <summary>Null where Reservations did what it was told.</summary>
    internal static Problem? Refusal(PinResult result, PayableReservation reservation) =>
        result switch
        {
            PinResult.Done => null,
            PinResult.Lapsed => Problems.ReservationExpired(reservation.ReservationId),
            PinResult.NotFound => Problems.NotFound("reservation", reservation.ReservationId),
            _ when reservation.Status == "EXPIRED" => Problems.ReservationExpired(
                reservation.ReservationId
            ),
            _ => Problems.IllegalState(
                $"Reservation {reservation.ReservationId} is {reservation.Status} "
                    + "and cannot be paid now."
            ),
        };
}
