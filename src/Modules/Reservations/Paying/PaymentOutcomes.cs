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
    private readonly List<PaymentEvent> _payments = [];

    public void Add(PaymentEvent payment)
    {
        if (_payments.Count == 0)
        {
            work.BeforeCommit(DecideAsync);
            work.OnRollback(_payments.Clear);
        }

        _payments.Add(payment);
    }

    private async Task DecideAsync(CancellationToken stop)
    {
        var ids = _payments.Select(p => p.ReservationId).Distinct().ToArray();
        var locked = await store.LockWithCustomersAsync(ids, stop);
        foreach (var payment in _payments)
            Decide(payment, locked);
        await store.SaveAsync(locked, stop);
        _payments.Clear();
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
        var news = reservation.Complete(
            paymentId,
            locked.SeatsOf(reservation),
            locked.RoomFor(reservation),
            locked.ConcertOf(reservation).CancelReason,
            locked.Now
        );
        if (!wasLive && reservation.IsLiveAt(locked.Now))
            locked.CountAsLive(reservation);
        foreach (var fact in news)
            outbox.Add(fact);
    }

    private void Unpin(long paymentId, Reservation reservation, LockedReservations locked) =>
        reservation.Unpin(
            paymentId,
            TimeSpan.FromSeconds(options.Value.PaymentRetrySeconds),
            locked.SeatsOf(reservation),
            locked.Now
        );
}
