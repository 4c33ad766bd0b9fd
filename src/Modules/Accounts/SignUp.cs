using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Accounts;

internal sealed record SignUpRequest(
    string Email,
    string Password,
    string Name,
    string? Language = null
);

/// <summary>A person gets an account; a welcome mail follows from the event.</summary>
internal static class SignUp
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/accounts", Handle)
            .WithName("SignUp")
            .WithTags("Accounts")
            .WithSummary("Sign up")
            .WithDescription(
                "Creates an account with the role Customer. `language`, ko or en, "
                    + "is that of mails; without it, ko. One account for an "
                    + "e-mail address, upper or lower case."
            )
            .Produces<Profile>(201)
            .WithRequestExample(
                new SignUpRequest("mina@example.com", "correct horse battery", "김민아", "ko")
            )
            .WithResponseExample(201, Profile.Example)
            .Refuses(400, "validation")
            .Refuses(429, "too-many-requests")
            .Refuses(503, "overloaded");

    private static async Task<IResult> Handle(
        SignUpRequest request,
        HttpContext http,
        AttemptLimits limits,
        Registration registration,
        CancellationToken stop
    )
    {
        var invalid = new FieldErrors()
            .RequireEmail(request.Email)
            .RequirePassword(request.Password)
            .RequireName(request.Name)
            .RequireLanguage(request.Language)
            .ToProblem();
        if (invalid is not null)
            return invalid;

        if (limits.RefuseSignUp(http, request.Email) is { } tooMany)
            return tooMany;

        var (outcome, customer) = await registration.RegisterAsync(request, [Roles.Customer], stop);
        return outcome switch
        {
            RegistrationOutcome.EmailInUse => Problems.Validation("email", "is in use already"),
            RegistrationOutcome.TooBusy => SignIn.TooBusy(),
            _ => TypedResults.Created("/api/accounts/me", Profile.Of(customer!, [Roles.Customer])),
        };
    }
}
