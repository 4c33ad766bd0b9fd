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
    private Gathered<PaymentEvent> Payments => field ??= new(work, DecideAsync);

    public void Add(PaymentEvent payment) => Payments.Add(payment);

    private async Task DecideAsync(IReadOnlyList<PaymentEvent> payments, CancellationToken stop)
    {
        var ids = payments.Select(p => p.ReservationId).Distinct().ToArray();
        var locked = await store.LockWithCustomersAsync(ids, stop);
        foreach (var payment in payments)
            Decide(payment, locked);
        await store.SaveAsync(locked, stop);
    }

    private void Decide(PaymentEvent payment, LockedReservations locked)
    {
        var reservation =
            locked.Find(payment.ReservationId)
            ?? throw new InvalidOperationException(
                $"Payment {payment.PaymentId} is for reservation {payment.ReservationId}, which "
                    + "does not exist."
            );
        if (payment is PaymentCompleted)
            Complete(payment.PaymentId, reservation, locked);
        else
            Unpin(payment.PaymentId, reservation, locked);
    }

    private void Complete(long paymentId, Reservation reservation, LockedReservations locked)
    {
        var wasLive = reservation.IsLiveAt(locked.Now);
        var events = reservation.Complete(
            paymentId,
            locked.SeatsOf(reservation),
            locked.RoomFor(reservation),
            locked.ConcertOf(reservation).CancelReason,
            locked.Now
        );
        if (!wasLive && reservation.IsLiveAt(locked.Now))
            locked.CountAsLive(reservation);
        foreach (var happened in events)
            outbox.Add(happened);
    }

    private void Unpin(long paymentId, Reservation reservation, LockedReservations locked) =>
        reservation.Unpin(
            paymentId,
            TimeSpan.FromSeconds(options.Value.PaymentRetrySeconds),
            locked.SeatsOf(reservation),
            locked.Now
        );
}
