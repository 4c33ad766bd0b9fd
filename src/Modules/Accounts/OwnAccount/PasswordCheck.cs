using ConcertReservation.BuildingBlocks.Http;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

/// <summary>
/// Somebody who is signed in shows that they know the password, too; as often a minute as one may
/// sign in to the account.
/// </summary>
internal sealed class PasswordCheck(AccountsDb db, Passwords passwords, AttemptLimits limits)
{
    /// <remarks>Not 401: that sends clients to refresh tokens that are in order.</remarks>
    public static Problem Wrong() => Problems.Validation("password", "is wrong");

    /// <returns>The customer, untracked; or the refusal.</returns>
    public async Task<(Customer? Customer, Problem? Refusal)> RunAsync(
        long id,
        string password,
        CancellationToken stop
    )
    {
        if (limits.RefusePasswordCheck(id) is { } tooMany)
            return (null, tooMany);

        var customer = await db
            .Customers.AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == id, stop);
        if (customer?.PasswordHash is null)
            return (null, Problems.NotSignedIn());

        return await passwords.IsRightAsync(customer, password, stop) switch
        {
            true => (customer, null),
            false => (null, Wrong()),
            null => (null, SignIn.TooBusy()),
        };
    }
}
