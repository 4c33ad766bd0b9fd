using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Reservations;

/// <summary>
/// A paid hold becomes a sale; money that came too late takes its seats again or goes back.
/// </summary>
[MovesMoneyOrSeats]
internal sealed class ConfirmOnPaymentCompleted(PaymentOutcomes outcomes)
    : IConsumer<PaymentCompleted>
{
    public Task Consume(ConsumeContext<PaymentCompleted> context)
    {
        outcomes.Add(context.Message);
        return Task.CompletedTask;
    }
}
