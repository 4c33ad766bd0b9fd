using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Payments;

/// <summary>The money came, but the seats cannot be given: it goes back.</summary>
internal sealed class RefundOnConfirmationFailed(EndedReservations ended)
    : IConsumer<ReservationConfirmationFailed>
{
    public Task Consume(ConsumeContext<ReservationConfirmationFailed> context)
    {
        ended.Refund(context.Message.PaymentId, context.Message.Reason);
        return Task.CompletedTask;
    }
}
