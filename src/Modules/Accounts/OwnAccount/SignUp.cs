using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcertReservation.Accounts;

internal sealed record SignUpRequest(
    string Email,
    string Password,
    string Name,
    string? Language = null
);

internal enum SignUpOutcome
{
    Done,
    EmailInUse,
    TooBusy,
}

/// <summary>A person gets an account; a welcome mail follows from the event.</summary>
internal sealed class SignUp(
    AccountsDb db,
    Outbox outbox,
    CustomerIds ids,
    Passwords passwords,
    ILookupNormalizer normalizer,
    TimeProvider clock
)
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
                new SignUpRequest(
                    Examples.Email,
                    "correct horse battery",
                    Examples.CustomerName,
                    "ko"
                )
            )
            .WithResponseExample(201, Profile.Example)
            .WithLocation("/api/accounts/me")
            .Refuses(
                Problems.Validation("email", "is in use already"),
                Problems.TooManyRequests(retryAfterSeconds: 5),
                SignIn.TooBusy()
            );

    private static async Task<IResult> Handle(
        SignUpRequest request,
        HttpContext http,
        AttemptLimits limits,
        SignUp signUp,
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

        var (outcome, customer) = await signUp.RunAsync(request, [Roles.Customer], stop);
        return outcome switch
        {
            SignUpOutcome.EmailInUse => Problems.Validation("email", "is in use already"),
            SignUpOutcome.TooBusy => SignIn.TooBusy(),
            _ => TypedResults.Created("/api/accounts/me", Profile.Of(customer!, [Roles.Customer])),
        };
    }

    /// <summary>
    /// Stores a new customer with roles and publishes USER_SIGNED_UP, in one transaction.
    /// </summary>
    public async Task<(SignUpOutcome, Customer?)> RunAsync(
        SignUpRequest request,
        IEnumerable<string> roles,
        CancellationToken stop
    )
    {
        var (customer, signedUp) = Customer.SignUp(
            await ids.NextAsync(stop),
            request.Email,
            request.Name,
            request.Language ?? Languages.Default,
            clock.GetUtcNow()
        );
        customer.NormalizedEmail = normalizer.NormalizeEmail(request.Email);
        customer.NormalizedUserName = normalizer.NormalizeName(request.Email);
        // Most repeats are noticed here, before the costly hash; the unique index decides.
        if (await db.Customers.AnyAsync(c => c.NormalizedEmail == customer.NormalizedEmail, stop))
            return (SignUpOutcome.EmailInUse, null);

        customer.PasswordHash = await passwords.HashAsync(customer, request.Password, stop);
        if (customer.PasswordHash is null)
            return (SignUpOutcome.TooBusy, null);

        db.Customers.Add(customer);
        foreach (var role in roles)
            db.CustomerRoles.Add(new() { UserId = customer.Id, RoleId = AccountsDb.RoleIds[role] });
        outbox.Add(signedUp);
        try
        {
            await db.SaveChangesAsync(stop);
            return (SignUpOutcome.Done, customer);
        }
        catch (DbUpdateException e) when (IsEmailInUse(e))
        {
            return (SignUpOutcome.EmailInUse, null);
        }
    }

    public static bool IsEmailInUse(DbUpdateException e) =>
        e.InnerException
            is PostgresException
            {
                SqlState: PostgresErrorCodes.UniqueViolation,
                ConstraintName: AccountsDb.UniqueEmail
            };
}
