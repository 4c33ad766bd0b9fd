using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Accounts;

internal sealed record RefreshRequest(string RefreshToken);

/// <summary>
/// A refresh token becomes the next pair of tokens and is used up. One that comes a second time was
/// copied, or its answer was lost: nobody can tell, so the session ends.
/// </summary>
internal static class RefreshTokens
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/accounts/refresh", Handle)
            .WithName("RefreshTokens")
            .WithTags("Accounts")
            .WithSummary("Get the next tokens")
            .WithDescription(
                "A refresh token works once; the answer holds the next one. Using one twice ends "
                    + "the session. The new access token carries the roles of this moment."
            )
            .Produces<AccessTokenResponse>()
            .WithRequestExample(new RefreshRequest(SignIn.TokensExample.RefreshToken))
            .WithResponseExample(200, SignIn.TokensExample)
            .Refuses(NotValid());

    private static async Task<IResult> Handle(
        RefreshRequest request,
        AccessTokens tokens,
        AccountsDb db,
        UnitOfWork work,
        EndSession endSession,
        TimeProvider clock,
        IOptions<AccountsOptions> options,
        CancellationToken stop
    )
    {
        if (tokens.ReadRefreshToken(request.RefreshToken) is not { } token)
            return NotValid();

        var expiresAt = clock.GetUtcNow().AddSeconds(options.Value.SessionSeconds);
        return await work.RunAsync(RefreshAsync, stop);

        async Task<IResult> RefreshAsync(CancellationToken stop)
        {
            var session = await db
                .Sessions.FromSql(
                    $"SELECT * FROM accounts.sessions WHERE id = {token.Session} FOR UPDATE"
                )
                .SingleOrDefaultAsync(stop);
            if (session is null)
                return NotValid();

            if (session.Refreshes != token.Refreshes)
            {
                await endSession.RunAsync(session.Id, stop);
                return NotValid();
            }

            session.Refresh(expiresAt);
            await db.SaveChangesAsync(stop);
            var customer = await db.Customers.SingleAsync(c => c.Id == session.CustomerId, stop);
            var roles = await db.RolesOfAsync(customer.Id, stop);
            return TypedResults.SignIn(
                AccessTokens.Principal(customer, roles, session),
                authenticationScheme: IdentityConstants.BearerScheme
            );
        }
    }

    private static Problem NotValid() =>
        Problems.NotSignedIn("The refresh token is not valid any more; sign in again.");
}
