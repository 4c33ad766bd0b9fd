using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>
/// Who changed their account is written to where and as they want from now on. The old address is
/// told of a new one: if it was somebody else's doing, the owner hears of it there alone.
/// </summary>
internal sealed class MailOnUserChanged(MailBatch batch) : IConsumer<UserChanged>
{
    public Task Consume(ConsumeContext<UserChanged> context)
    {
        var user = context.Message;
        batch.Remember(
            new UserCopy(user.UserId, user.Email, user.Name, user.Language, context.Version())
        );
        if (FactsOf(user) is { } facts)
        {
            batch.Add(
                new PersonalMail(
                    user.EventId,
                    user.UserId,
                    user.PreviousEmail ?? user.Email,
                    user.Language,
                    ConcertId: null,
                    facts
                )
                {
                    IsToThisAddress = true,
                }
            );
        }

        return Task.CompletedTask;
    }

    private static MailFacts? FactsOf(UserChanged user) =>
        user switch
        {
            { PreviousEmail: not null } => new MailFacts(MailKind.EmailChanged)
            {
                Email = Veiled(user.Email),
                PasswordChanged = user.PasswordChanged,
            },
            { PasswordChanged: true } => new MailFacts(MailKind.PasswordChanged)
            {
                Email = user.Email,
            },
            _ => null,
        };

    /// <summary>
    /// Enough to know one's own address by: whoever reads the old mailbox need not learn it.
    /// </summary>
    private static string Veiled(string email) => $"{email[0]}***{email[email.IndexOf('@')..]}";
}
