using ConcertReservation.BuildingBlocks.Http;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

/// <summary>
/// Somebody who is signed in shows that they know the password, too; in a session as often a minute
/// as one may sign in to the account. Wrong ones lock the session out, on all hosts: whoever has
/// stolen it, and guesses, keeps the owner from nothing in theirs.
/// </summary>
internal sealed class PasswordCheck(
    AccountsDb db,
    Passwords passwords,
    AttemptLimits limits,
    SignInGuard guard
)
{
    /// <remarks>Not 401: that sends clients to refresh tokens that are in order.</remarks>
    public static Problem Wrong() => Problems.Validation("password", "is wrong");

    /// <param name="session">Which the access token is of.</param>
    /// <returns>The customer, untracked; or the refusal.</returns>
    public async Task<(Customer? Customer, Problem? Refusal)> RunAsync(
        long id,
        Guid? session,
        string password,
        CancellationToken stop
    )
    {
        var customer = await db
            .Customers.AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == id, stop);
        if (customer?.PasswordHash is null)
            return (null, Problems.NotSignedIn());

        var attempt = SignInGuard.Attempt.InSession(customer.NormalizedEmail!, session);
        var standing = await guard.FindAsync(attempt, stop);
        if (standing.LockedSeconds > 0)
            return (null, Problems.TooManyRequests(standing.LockedSeconds));
        if (limits.RefusePasswordCheck(id, session) is { } tooMany)
            return (null, tooMany);

        switch (await passwords.IsRightAsync(customer, password, stop))
        {
            case null:
                return (null, SignIn.TooBusy());
            case false:
                var lockedSeconds = await guard.NoteFailureAsync(attempt, stop);
                return (
                    null,
                    lockedSeconds > 0 ? Problems.TooManyRequests(lockedSeconds) : Wrong()
                );
            default:
                // Others may have locked it while this one was hashed.
                standing = await guard.FindAsync(attempt, stop);
                if (standing.LockedSeconds > 0)
                    return (null, Problems.TooManyRequests(standing.LockedSeconds));
                if (standing.Failures > 0)
                    await guard.ForgetFailuresAsync(attempt, stop);
                return (customer, null);
        }
    }
}
