using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>Mails say where and when.</summary>
internal sealed class RememberConcertOnConcertScheduled(MailBatch batch)
    : IConsumer<ConcertScheduled>
{
    public Task Consume(ConsumeContext<ConcertScheduled> context)
    {
        var concert = context.Message;
        batch.Remember(
            new ConcertCopy(
                concert.ConcertId,
                concert.ConcertName,
                concert.Venue,
                concert.StartsAt,
                context.Version()
            )
        );
        return Task.CompletedTask;
    }
}

/// <summary>Mails say where and when as it was last told.</summary>
internal sealed class RememberConcertOnConcertChanged(MailBatch batch) : IConsumer<ConcertChanged>
{
    public Task Consume(ConsumeContext<ConcertChanged> context)
    {
        var concert = context.Message;
        batch.Remember(
            new ConcertCopy(
                concert.ConcertId,
                concert.ConcertName,
                concert.Venue,
                concert.StartsAt,
                context.Version()
            )
        );
        return Task.CompletedTask;
    }
}
