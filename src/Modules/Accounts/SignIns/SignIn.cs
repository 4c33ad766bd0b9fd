using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

internal sealed record SignInRequest(string Email, string Password);

/// <summary>A password becomes an access token and a refresh token.</summary>
internal static class SignIn
{
    /// <summary>What an access and a refresh token look like, shortened.</summary>
    public static AccessTokenResponse TokensExample { get; } =
        new()
        {
            AccessToken = "CfDJ8Fd5ZkQm3nJ0y1bXw2c…",
            ExpiresIn = 3600,
            RefreshToken = "CfDJ8HsT7pLq9vR4u6oEa8k…",
        };

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/accounts/login", Handle)
            .WithName("SignIn")
            .WithTags("Accounts")
            .WithSummary("Sign in")
            .WithDescription(
                "Answers an access token, to be sent as `Authorization: Bearer …` "
                    + "for `expiresIn` seconds, and a refresh token that gets the "
                    + "next pair. Both work on every host. After some wrong passwords in a row "
                    + "sign-in to the account is locked for the address that they came from, "
                    + "after each further one for longer. `Retry-After` tells."
            )
            .Produces<AccessTokenResponse>()
            .WithRequestExample(new SignInRequest(Examples.Email, "correct horse battery"))
            .WithResponseExample(200, TokensExample)
            .Refuses(WrongPassword(), Problems.TooManyRequests(retryAfterSeconds: 5), TooBusy());

    public static Problem TooBusy() =>
        Problems.Overloaded("Too many people sign in or up just now.", retryAfterSeconds: 2);

    private static Problem WrongPassword() =>
        Problems.NotSignedIn("The e-mail address or the password is wrong.");

    private static async Task<IResult> Handle(
        SignInRequest request,
        HttpContext http,
        ClientAddress client,
        AttemptLimits limits,
        SignInGuard guard,
        AccountsDb db,
        Passwords passwords,
        ILookupNormalizer normalizer,
        StartSession start,
        CancellationToken stop
    )
    {
        var invalid = new FieldErrors()
            .RequireEmail(request.Email)
            .Require(request.Password.Length > 0, "password", "is required")
            .ToProblem();
        if (invalid is not null)
            return invalid;

        var email = normalizer.NormalizeEmail(request.Email);
        var attempt = new SignInGuard.Attempt(email, client.Of(http));
        if (limits.RefuseSignIn(attempt.Address) is { } tooMany)
            return tooMany;

        var standing = await guard.FindAsync(attempt, stop);
        if (standing.LockedSeconds > 0)
            return Problems.TooManyRequests(standing.LockedSeconds);
        if (limits.RefuseSignIn(attempt, standing.IsKnown) is { } tooManyOfAccount)
            return tooManyOfAccount;

        var customer = await db
            .Customers.AsNoTracking()
            .SingleOrDefaultAsync(c => c.NormalizedEmail == email, stop);
        var isRight = await passwords.IsRightAsync(customer, request.Password, stop);
        if (isRight is null)
            return TooBusy();

        var answer = isRight.Value
            ? await start.RunAsync(customer!, attempt, standing, stop)
            : null;
        if (answer is not null)
            return answer;

        var lockedSeconds = await guard.NoteFailureAsync(attempt, stop);
        return lockedSeconds > 0 ? Problems.TooManyRequests(lockedSeconds) : WrongPassword();
    }
}
