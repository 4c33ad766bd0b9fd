using System.Diagnostics;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Reservations;

/// <summary>
/// What a batch of events tells of payments. All reservations concerned are locked and read at
/// once, decided one after the other in the order of the events, so that each sees what the ones
/// before it did, and written at once.
/// </summary>
internal sealed class PaymentOutcomes(
    UnitOfWork work,
    ReservationStore store,
    Outbox outbox,
    IOptions<ReservationsOptions> options
)
{
    private Gathered<Outcome> Outcomes => field ??= new(work, DecideAsync);

    public void Add(PaymentEvent payment) =>
        Outcomes.Add(new Outcome(payment, Activity.Current?.Id));

    private async Task DecideAsync(IReadOnlyList<Outcome> outcomes, CancellationToken stop)
    {
        var ids = outcomes.Select(o => o.Payment.ReservationId).Distinct().ToArray();
        var locked = await store.LockWithCustomersAsync(ids, stop);
        foreach (var outcome in outcomes)
            Decide(outcome, locked);
        await store.SaveAsync(locked, stop);
    }

    private void Decide(Outcome outcome, LockedReservations locked)
    {
        var payment = outcome.Payment;
        var reservation =
            locked.Find(payment.ReservationId)
            ?? throw new InapplicableEventException(
                $"Payment {payment.PaymentId} is for reservation {payment.ReservationId}, which "
                    + "does not exist."
            );
        if (payment is PaymentCompleted)
            Complete(outcome, reservation, locked);
        else
            Unpin(payment.PaymentId, reservation, locked);
    }

    private void Complete(Outcome outcome, Reservation reservation, LockedReservations locked)
    {
        var wasLive = reservation.IsLiveAt(locked.Now);
        var events = reservation.Complete(
            outcome.Payment.PaymentId,
            locked.SeatsOf(reservation),
            locked.RoomFor(reservation),
            locked.ConcertOf(reservation).CancelReason,
            locked.Now
        );
        if (!wasLive && reservation.IsLiveAt(locked.Now))
            locked.CountAsLive(reservation);
        foreach (var happened in events)
        {
            outbox.Add(happened, outcome.TraceParent);
            ReachFaultPoints(happened, wasLive);
        }
    }

    private void ReachFaultPoints(ReservationEvent happened, bool wasLive)
    {
        if (happened is ReservationConfirmationFailed)
        {
            FaultPoints.AtCommit(
                work,
                FaultPoint.ConfirmationFailing,
                FaultPoint.ConfirmationFailed
            );
        }
        else if (happened is ReservationConfirmed && wasLive)
        {
            FaultPoints.AtCommit(work, FaultPoint.SaleConfirming, FaultPoint.SaleConfirmed);
        }
        else if (happened is ReservationConfirmed)
        {
            FaultPoints.AtCommit(work, FaultPoint.SeatsRetaking, FaultPoint.SeatsRetaken);
        }
    }

    private void Unpin(long paymentId, Reservation reservation, LockedReservations locked) =>
        reservation.Unpin(
            paymentId,
            TimeSpan.FromSeconds(options.Value.PaymentRetrySeconds),
            locked.SeatsOf(reservation),
            locked.Now
        );

    /// <param name="TraceParent">What is decided at the batch's end belongs to this trace.</param>
    private sealed record Outcome(PaymentEvent Payment, string? TraceParent);
}
