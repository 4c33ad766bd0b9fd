using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>A new customer is remembered and welcomed.</summary>
internal sealed class WelcomeOnUserSignedUp(MailBatch batch) : IConsumer<UserSignedUp>
{
    public Task Consume(ConsumeContext<UserSignedUp> context)
    {
        var user = context.Message;
        batch.Remember(
            new UserCopy(user.UserId, user.Email, user.Name, user.Language, context.Version())
        );
        batch.Add(
            new PersonalMail(
                user.EventId,
                user.UserId,
                user.Email,
                user.Language,
                ConcertId: null,
                new MailFacts(MailKind.Welcome) { Email = user.Email }
            )
        );
        return Task.CompletedTask;
    }
}
