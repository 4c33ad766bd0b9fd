using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Notifications;

/// <summary>
/// Who changed their account is written to where and as they want from now on. The old address is
/// told of a new one: if it was somebody else's doing, the owner hears of it there alone. The new
/// one is told, too: whoever has mistyped it misses the mail, and not their tickets. Mails that a
/// full mailbox kept waiting follow to the new one.
/// </summary>
internal sealed class MailOnUserChanged(MailBatch batch) : IConsumer<UserChanged>
{
    public Task Consume(ConsumeContext<UserChanged> context)
    {
        var user = context.Message;
        batch.Remember(
            new UserCopy(user.UserId, user.Email, user.Name, user.Language, context.Version())
        );
        if (user.PreviousEmail is { } previous)
        {
            batch.Redirect(user.UserId);
            Tell(
                user,
                previous,
                new MailFacts(MailKind.EmailChanged)
                {
                    Email = Veiled(user.Email),
                    PasswordChanged = user.PasswordChanged,
                }
            );
            Tell(user, user.Email, new MailFacts(MailKind.NewEmail) { Email = user.Email });
        }
        else if (user.PasswordChanged)
        {
            Tell(user, user.Email, new MailFacts(MailKind.PasswordChanged) { Email = user.Email });
        }

        return Task.CompletedTask;
    }

    private void Tell(UserChanged user, string email, MailFacts facts) =>
        batch.Add(
            new PersonalMail(
                user.EventId,
                user.UserId,
                email,
                user.Language,
                ConcertId: null,
                facts
            )
            {
                IsToThisAddress = true,
            }
        );

    /// <summary>
    /// Enough to know one's own address by: whoever reads the old mailbox need not learn it.
    /// </summary>
    private static string Veiled(string email) => $"{email[0]}***{email[email.IndexOf('@')..]}";
}
