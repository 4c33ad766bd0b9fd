using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Reservations;

/// <summary>
/// The seats that a failed payment pinned are held again, with time for another try.
/// </summary>
[MovesMoneyOrSeats]
internal sealed class ReleaseOnPaymentFailed(PaymentOutcomes outcomes) : IConsumer<PaymentFailed>
{
    public Task Consume(ConsumeContext<PaymentFailed> context)
    {
        outcomes.Add(context.Message);
        return Task.CompletedTask;
    }
}
