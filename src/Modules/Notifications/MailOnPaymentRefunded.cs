using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>The money is back with the customer.</summary>
internal sealed class MailOnPaymentRefunded(MailBatch batch) : IConsumer<PaymentRefunded>
{
    public Task Consume(ConsumeContext<PaymentRefunded> context)
    {
        var refunded = context.Message;
        batch.Add(
            new Refund(
                refunded.EventId,
                refunded.UserId,
                refunded.ReservationId,
                refunded.PaymentId,
                refunded.Amount,
                refunded.PaymentMethod
            )
        );
        return Task.CompletedTask;
    }
}
