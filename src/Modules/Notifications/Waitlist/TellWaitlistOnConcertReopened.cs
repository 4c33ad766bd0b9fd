using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>Everyone waiting hears that seats have come back.</summary>
internal sealed class TellWaitlistOnConcertReopened(MailBatch batch) : IConsumer<ConcertReopened>
{
    public Task Consume(ConsumeContext<ConcertReopened> context)
    {
        var reopened = context.Message;
        batch.Add(
            new WaitlistNotice(
                reopened.EventId,
                reopened.OccurredAt,
                reopened.ConcertId,
                new MailFacts(MailKind.Reopened)
                {
                    ConcertName = reopened.ConcertName,
                    // Another customer may hold them already; a hold may lapse.
                    Seats = reopened.AvailableSeats > 0 ? reopened.AvailableSeats : null,
                }
            )
        );
        return Task.CompletedTask;
    }
}
