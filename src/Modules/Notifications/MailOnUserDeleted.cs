using ConcertReservation.Contracts;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>A last mail says that the account is gone.</summary>
internal sealed class MailOnUserDeleted(MailBatch batch) : IConsumer<UserDeleted>
{
    public Task Consume(ConsumeContext<UserDeleted> context)
    {
        var user = context.Message;
        batch.Add(
            new PersonalMail(
                user.EventId,
                user.UserId,
                user.Email,
                user.Language,
                ConcertId: null,
                new MailFacts(MailKind.AccountDeleted) { Email = user.Email }
            )
            {
                IsToThisAddress = true,
            }
        );
        return Task.CompletedTask;
    }
}
