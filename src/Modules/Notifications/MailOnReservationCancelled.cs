using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>
/// The reservation is given back; where it was paid, the refund follows. It may have been paid and
/// never confirmed: the concert was cancelled while the provider took the money.
/// </summary>
internal sealed class MailOnReservationCancelled(MailBatch batch) : IConsumer<ReservationCancelled>
{
    public Task Consume(ConsumeContext<ReservationCancelled> context)
    {
        var cancelled = context.Message;
        var wasPaid = cancelled.PaymentId is not null;
        var tellsWhy =
            cancelled.ConcertCancelled && cancelled.Reason != ConcertCancelled.NoReasonGiven;
        batch.Add(
            new PersonalMail(
                cancelled.EventId,
                cancelled.UserId,
                cancelled.UserEmail,
                cancelled.Language,
                cancelled.ConcertId,
                new MailFacts(MailKind.Cancelled)
                {
                    ConcertName = cancelled.ConcertName,
                    ReservationId = cancelled.ReservationId,
                    Seats = cancelled.SeatIds.Count,
                    Amount = wasPaid ? cancelled.Amount : null,
                    WasPaid = wasPaid,
                    ConcertCancelled = cancelled.ConcertCancelled,
                    Reason = tellsWhy ? cancelled.Reason : null,
                }
            )
        );
        return Task.CompletedTask;
    }
}
