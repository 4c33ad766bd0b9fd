using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>The seats are the customer's.</summary>
internal sealed class MailOnReservationConfirmed(MailBatch batch) : IConsumer<ReservationConfirmed>
{
    public Task Consume(ConsumeContext<ReservationConfirmed> context)
    {
        var confirmed = context.Message;
        batch.Add(
            new PersonalMail(
                confirmed.EventId,
                confirmed.UserId,
                confirmed.UserEmail,
                confirmed.Language,
                confirmed.ConcertId,
                new MailFacts(MailKind.Confirmed)
                {
                    ConcertName = confirmed.ConcertName,
                    ReservationId = confirmed.ReservationId,
                    Seats = confirmed.SeatIds.Count,
                    Amount = confirmed.Amount,
                }
            )
        );
        return Task.CompletedTask;
    }
}
