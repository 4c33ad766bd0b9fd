using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Payments;

/// <summary>The money came, but the seats cannot be given: it goes back.</summary>
[MovesMoneyOrSeats]
internal sealed class RefundOnConfirmationFailed(EndedReservations ended)
    : IConsumer<ReservationConfirmationFailed>
{
    public Task Consume(ConsumeContext<ReservationConfirmationFailed> context)
    {
        var failed = context.Message;
        ended.Refund(failed.PaymentId, failed.Amount, failed.Reason);
        return Task.CompletedTask;
    }
}
