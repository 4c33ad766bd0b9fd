using System.Diagnostics;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;

namespace ConcertReservation.Payments;

/// <summary>
/// What a batch of events means for payments. All that are concerned are locked at once, in the
/// order of their ids, and decided one after the other in the order of the events.
/// </summary>
internal sealed class EndedReservations(
    UnitOfWork work,
    PaymentsDb db,
    Outbox outbox,
    TimeProvider clock
)
{
    private Gathered<Wish> Wishes => field ??= new(work, DecideAsync);

    /// <summary>The money goes back; a repeat does nothing.</summary>
    /// <remarks>
    /// The batch fails where there is no such payment, where it never completed, or where more is
    /// asked back than was paid. What goes back is what was paid.
    /// </remarks>
    public void Refund(long paymentId, Money amount, string reason) =>
        Wishes.Add(new Wish(paymentId, ReservationId: null, amount, reason, Activity.Current?.Id));

    /// <summary>
    /// There is nothing left to pay for: an attempt that the provider was never asked about ends.
    /// </summary>
    public void FailAttempt(long reservationId, string reason) =>
        Wishes.Add(
            new Wish(PaymentId: null, reservationId, Money.Zero, reason, Activity.Current?.Id)
        );

    private async Task DecideAsync(IReadOnlyList<Wish> wishes, CancellationToken stop)
    {
        var payments = await db.LockPaymentsAsync(
            [.. wishes.Select(w => w.PaymentId).OfType<long>().Distinct()],
            [.. wishes.Select(w => w.ReservationId).OfType<long>().Distinct()],
            stop
        );
        foreach (var wish in wishes)
        {
            if (wish.PaymentId is { } id)
                Refund(payments.Find(p => p.Id == id), wish);
            else
                Fail(payments.Find(p => p.ReservationId == wish.ReservationId && p.IsOpen), wish);
        }

        await db.SaveChangesAsync(stop);
    }

    private void Refund(Payment? payment, Wish wish)
    {
        if (payment is null)
            throw new InapplicableEventException($"There is no payment {wish.PaymentId}.");
        if (payment.Status is PaymentStatus.RefundRequested or PaymentStatus.Refunded)
            return;
        if (payment.Status == PaymentStatus.Failed)
            throw new InapplicableEventException($"Payment {payment.Id} has failed for good.");
        if (wish.Amount > payment.Amount)
        {
            throw new InapplicableEventException(
                $"amount: payment {payment.Id} is of {payment.Amount} won, and cannot give back "
                    + $"{wish.Amount}."
            );
        }

        outbox.Add(payment.RequestRefund(wish.Reason, clock.GetUtcNow()), wish.TraceParent);
        FaultPoints.AtCommit(work, FaultPoint.RefundRequesting, FaultPoint.RefundRequested);
    }

    private void Fail(Payment? payment, Wish wish)
    {
        if (payment is not { CanBeAbandoned: true })
            return;

        outbox.Add(payment.Fail(wish.Reason, clock.GetUtcNow()), wish.TraceParent);
        FaultPoints.AtCommit(work, FaultPoint.AttemptEnding, FaultPoint.AttemptEnded);
    }

    /// <param name="TraceParent">What is decided at the batch's end belongs to this trace.</param>
    private sealed record Wish(
        long? PaymentId,
        long? ReservationId,
        Money Amount,
        string Reason,
        string? TraceParent
    );
}
