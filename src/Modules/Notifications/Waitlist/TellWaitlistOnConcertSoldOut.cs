using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>Everyone waiting hears that the concert is sold out.</summary>
internal sealed class TellWaitlistOnConcertSoldOut(MailBatch batch) : IConsumer<ConcertSoldOut>
{
    public Task Consume(ConsumeContext<ConcertSoldOut> context)
    {
        var soldOut = context.Message;
        batch.Add(
            new WaitlistNotice(
                soldOut.EventId,
                soldOut.OccurredAt,
                soldOut.ConcertId,
                new MailFacts(MailKind.SoldOut)
                {
                    ConcertName = soldOut.ConcertName,
                    SoldOutTime = soldOut.SoldOutTime,
                    Seats = soldOut.TotalSeats,
                }
            )
        );
        return Task.CompletedTask;
    }
}
