using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Payments;

/// <summary>
/// A paid reservation was given back, or its concert cancelled: the money goes back.
/// </summary>
/// <remarks>
/// One that was paid and never confirmed has told so by a failed confirmation before.
/// </remarks>
[MovesMoneyOrSeats]
internal sealed class RefundOnConfirmedCancelled(EndedReservations ended)
    : IConsumer<ReservationCancelled>
{
    public Task Consume(ConsumeContext<ReservationCancelled> context)
    {
        if (context.Message is { WasConfirmed: true, PaymentId: { } paymentId } cancelled)
            ended.Refund(paymentId, cancelled.Amount, cancelled.Reason);
        return Task.CompletedTask;
    }
}
