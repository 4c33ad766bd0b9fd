using System.Security.Claims;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

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
            .Refuses(Problems.NotSignedIn());

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
