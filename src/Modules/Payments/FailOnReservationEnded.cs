using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Payments;

/// <summary>
/// There is nothing left to pay for: an attempt that the provider was never asked about ends. One
/// that it was asked about ends by its answer, and as a refund if the money was taken.
/// </summary>
[MovesMoneyOrSeats]
internal sealed class FailOnReservationEnded(EndedReservations ended)
    : IConsumer<ReservationExpired>,
        IConsumer<ReservationCancelled>
{
    public Task Consume(ConsumeContext<ReservationExpired> context)
    {
        ended.FailAttempt(context.Message.ReservationId, "reservation-expired");
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ReservationCancelled> context)
    {
        ended.FailAttempt(context.Message.ReservationId, "reservation-cancelled");
        return Task.CompletedTask;
    }
}
