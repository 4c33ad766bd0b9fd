using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>Mails say where and when, as the concert's latest event has it.</summary>
internal sealed class RememberConcert(MailBatch batch)
    : IConsumer<ConcertScheduled>,
        IConsumer<ConcertChanged>
{
    public Task Consume(ConsumeContext<ConcertScheduled> context) =>
        Remember(context.Message, context.Message.Venue, context.Message.StartsAt, context);

    public Task Consume(ConsumeContext<ConcertChanged> context) =>
        Remember(context.Message, context.Message.Venue, context.Message.StartsAt, context);

    private Task Remember(
        ConcertEvent concert,
        string? venue,
        DateTimeOffset? startsAt,
        ConsumeContext context
    )
    {
        batch.Remember(
            new ConcertCopy(
                concert.ConcertId,
                concert.ConcertName,
                venue,
                startsAt,
                context.Version()
            )
        );
        return Task.CompletedTask;
    }
}
