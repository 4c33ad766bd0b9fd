using System.Security.Claims;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

internal sealed record SignOutRequest(string RefreshToken);

/// <summary>
/// A session ends: its tokens stop working here at once, on other hosts within seconds.
/// </summary>
internal static class SignOut
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/accounts/logout", Handle)
            .WithName("SignOut")
            .WithTags("Accounts")
            .WithSummary("Sign out")
            .WithDescription(
                "Ends the session of the bearer token, or, without one, that of the "
                    + "refresh token in the body. All tokens of the session stop "
                    + "working within seconds, on every host."
            )
            .Produces(204)
            .TakesTokenIfAny()
            .WithRequestExample(new SignOutRequest(SignIn.TokensExample.RefreshToken))
            .Refuses(400, "validation")
            .Refuses(401, "not-signed-in");

    private static async Task<IResult> Handle(
        SignOutRequest? request,
        ClaimsPrincipal user,
        AccessTokens tokens,
        EndSession endSession,
        CancellationToken stop
    )
    {
        var session = AccessTokens.SessionId(user);
        if (session is null && request is not null)
            session = tokens.ReadRefreshToken(request.RefreshToken)?.Session;
        if (session is not { } id)
            return Problems.NotSignedIn();

        await endSession.RunAsync(id, stop);
        return TypedResults.NoContent();
    }
}

/// <summary>
/// Deletes the session and revokes its access tokens; one that has ended already stays so.
/// </summary>
internal sealed class EndSession(AccountsDb db, UnitOfWork work, Revocations revocations)
{
    public Task RunAsync(Guid sessionId, CancellationToken stop) =>
        work.RunAsync(
            async cancel =>
            {
                var revocation = Revocation.OfSession(sessionId);
                work.AfterCommit(() => revocations.Add(revocation));
                var ended = await db
                    .Sessions.Where(s => s.Id == sessionId)
                    .ExecuteDeleteAsync(cancel);
                if (ended > 0)
                    db.Revocations.Add(revocation);
                await db.SaveChangesAsync(cancel);
                return ended;
            },
            stop
        );
}
