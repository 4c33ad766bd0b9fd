using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>Whoever has shown the right password gets a session and its first tokens.</summary>
internal sealed class StartSession(
    AccountsDb db,
    UnitOfWork work,
    SignInGuard guard,
    TimeProvider clock,
    IOptions<AccountsOptions> options
)
{
    /// <param name="customer">As the password was checked against.</param>
    /// <returns>
    /// null where the password is another one by now, or the account is gone; the refusal where
    /// wrong ones have locked it meanwhile.
    /// </returns>
    public Task<IResult?> RunAsync(
        Customer customer,
        SignInGuard.Attempt attempt,
        SignInGuard.Standing standing,
        CancellationToken stop
    )
    {
        var expiresAt = clock.GetUtcNow().AddSeconds(options.Value.SessionSeconds);
        return work.RunAsync(StartAsync, commits: answer => answer is not (null or Problem), stop);

        async Task<IResult?> StartAsync(CancellationToken stop)
        {
            var session = Session.Start(customer.Id, expiresAt);
            db.Sessions.Add(session);
            try
            {
                // Waits for who changes the account right now, by the foreign key: they end the
                // sessions that there are, and would overlook this one.
                await db.SaveChangesAsync(stop);
            }
            catch (DbUpdateException e)
                when (e.InnerException
                        is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation }
                )
            {
                return null;
            }

            var now = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == customer.Id, stop);
            if (now.PasswordHash != customer.PasswordHash)
                return null;
            if (await guard.LockedSecondsAsync(attempt, stop) is > 0 and var lockedSeconds)
                return Problems.TooManyRequests(lockedSeconds);

            await guard.NoteSuccessAsync(attempt, standing, now.Id, stop);
            var roles = await db.RolesOfAsync(now.Id, stop);
            return TypedResults.SignIn(
                AccessTokens.Principal(now, roles, session),
                authenticationScheme: IdentityConstants.BearerScheme
            );
        }
    }
}
