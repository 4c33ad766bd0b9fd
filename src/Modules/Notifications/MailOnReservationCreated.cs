using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>Seats are held: the customer hears until when to pay.</summary>
internal sealed class MailOnReservationCreated(MailBatch batch) : IConsumer<ReservationCreated>
{
    public Task Consume(ConsumeContext<ReservationCreated> context)
    {
        var created = context.Message;
        batch.Remember(
            new ReservationCopy(
                created.ReservationId,
                created.UserId,
                created.ConcertId,
                created.ConcertName,
                created.UserEmail,
                created.Language
            )
        );
        batch.Add(
            new PersonalMail(
                created.EventId,
                created.UserId,
                created.UserEmail,
                created.Language,
                created.ConcertId,
                new MailFacts(MailKind.SeatsHeld)
                {
                    ConcertName = created.ConcertName,
                    ReservationId = created.ReservationId,
                    Seats = created.SeatIds.Count,
                    Amount = created.Amount,
                    HeldUntil = created.HeldUntil,
                }
            )
        );
        return Task.CompletedTask;
    }
}
