using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

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
                    + "next pair. Both work on every host."
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
        AttemptLimits limits,
        AccountsDb db,
        Passwords passwords,
        ILookupNormalizer normalizer,
        TimeProvider clock,
        IOptions<AccountsOptions> options,
        CancellationToken stop
    )
    {
        var invalid = new FieldErrors()
            .RequireEmail(request.Email)
            .Require(request.Password.Length > 0, "password", "is required")
            .ToProblem();
        if (invalid is not null)
            return invalid;

        if (limits.RefuseSignIn(http, request.Email) is { } tooMany)
            return tooMany;

        var email = normalizer.NormalizeEmail(request.Email);
        var customer = await db
            .Customers.AsNoTracking()
            .SingleOrDefaultAsync(c => c.NormalizedEmail == email, stop);
        var isRight = await passwords.IsRightAsync(customer, request.Password, stop);
        if (isRight is null)
            return TooBusy();
        if (!isRight.Value)
            return WrongPassword();

        var expiresAt = clock.GetUtcNow().AddSeconds(options.Value.SessionSeconds);
        var session = Session.Start(customer!.Id, expiresAt);
        db.Sessions.Add(session);
        await db.SaveChangesAsync(stop);
        var roles = await db.RolesOfAsync(customer.Id, stop);
        return TypedResults.SignIn(
            AccessTokens.Principal(customer, roles, session),
            authenticationScheme: IdentityConstants.BearerScheme
        );
    }
}
