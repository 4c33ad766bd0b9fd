using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>The hold has run out; nothing was paid.</summary>
internal sealed class MailOnReservationExpired(MailBatch batch) : IConsumer<ReservationExpired>
{
    public Task Consume(ConsumeContext<ReservationExpired> context)
    {
        var expired = context.Message;
        batch.Add(
            new PersonalMail(
                expired.EventId,
                expired.UserId,
                expired.UserEmail,
                expired.Language,
                expired.ConcertId,
                new MailFacts(MailKind.Expired)
                {
                    ConcertName = expired.ConcertName,
                    ReservationId = expired.ReservationId,
                    Seats = expired.SeatIds.Count,
                }
            )
        );
        return Task.CompletedTask;
    }
}
