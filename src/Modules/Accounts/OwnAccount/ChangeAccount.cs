using System.Security.Claims;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

/// <param name="Password">
/// The one until now: whoever finds a device signed in shall not take the account over.
/// </param>
internal sealed record ChangeAccountRequest(
    string? Name = null,
    string? Language = null,
    string? Email = null,
    string? NewPassword = null,
    string? Password = null
)
{
    public bool NeedsPassword() => Email is not null || NewPassword is not null;
}

/// <summary>
/// A person changes their account. The mails that tell of a new address, to both, and of a new
/// password follow from the event.
/// </summary>
internal sealed class ChangeAccount(
    AccountsDb db,
    UnitOfWork work,
    Outbox outbox,
    Revocations revocations,
    ILookupNormalizer normalizer,
    TimeProvider clock
)
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPatch("/accounts/me", Handle)
            .RequireAuthorization()
            .WithName("ChangeAccount")
            .WithTags("Accounts")
            .WithSummary("Change my account")
            .WithDescription(
                "What is absent or null stays. A new `email` or `newPassword` needs the `password` "
                    + "until now. Of a new address there is a mail to both, of a new password to "
                    + "the address. After either, access tokens stop working within seconds: "
                    + "refresh them. A new password ends all other sessions. The first operator's "
                    + "address and password are configured, and not changed here."
            )
            .Produces<Profile>()
            .WithRequestExample(
                new ChangeAccountRequest(
                    Examples.CustomerName,
                    "ko",
                    "mina@example.org",
                    "battery staple correct",
                    "correct horse battery"
                )
            )
            .WithResponseExample(200, Profile.Example with { Email = "mina@example.org" })
            .Refuses(
                Problems.Validation("email", "is in use already"),
                PasswordCheck.Wrong(),
                ConfiguredOperator.Refusal(Examples.CustomerId),
                Problems.TooManyRequests(retryAfterSeconds: 5),
                SignIn.TooBusy()
            );

    private static async Task<IResult> Handle(
        ChangeAccountRequest request,
        CurrentCustomer me,
        ClaimsPrincipal user,
        PasswordCheck check,
        ConfiguredOperator configured,
        Passwords passwords,
        ChangeAccount change,
        CancellationToken stop
    )
    {
        if (Invalid(request) is { } invalid)
            return invalid;

        string? checkedHash = null;
        string? newHash = null;
        if (request.NeedsPassword())
        {
            var session = AccessTokens.SessionId(user);
            var (customer, refusal) = await check.RunAsync(me.Id, session, request.Password!, stop);
            if (refusal is not null)
                return refusal;
            if (configured.Is(customer!))
                return ConfiguredOperator.Refusal(me.Id);

            checkedHash = customer!.PasswordHash;
            if (request.NewPassword is { } newPassword)
            {
                newHash = await passwords.HashAsync(customer, newPassword, stop);
                if (newHash is null)
                    return SignIn.TooBusy();
            }
        }

        var wanted = new AccountChange(request.Name, request.Language, request.Email, newHash);
        return await change.RunAsync(
            me.Id,
            AccessTokens.SessionId(user),
            wanted,
            checkedHash,
            stop
        );
    }

    private static Problem? Invalid(ChangeAccountRequest request)
    {
        var errors = new FieldErrors();
        if (request is { Name: null, Language: null, Email: null, NewPassword: null })
        {
            foreach (var field in new[] { "name", "language", "email", "newPassword" })
                errors.Require(false, field, "is required, or another change is");
        }

        if (request.Name is { } name)
            errors.RequireName(name);
        if (request.Email is { } email)
            errors.RequireEmail(email);
        if (request.NewPassword is { } newPassword)
            errors.RequirePassword(newPassword, "newPassword");
        return errors
            .RequireLanguage(request.Language)
            .Require(
                !request.NeedsPassword() || request.Password is { Length: > 0 },
                "password",
                "is required for another address or password"
            )
            .ToProblem();
    }

    /// <param name="session">The one that stays where the password changes.</param>
    /// <param name="checkedHash">
    /// Of the password that was right; null where none was needed. Another one by now, and
    /// whoever knew the old one has no say any more.
    /// </param>
    private async Task<IResult> RunAsync(
        long id,
        Guid? session,
        AccountChange change,
        string? checkedHash,
        CancellationToken stop
    )
    {
        try
        {
            return await work.RunAsync(ChangeAsync, stop);
        }
        catch (DbUpdateException e) when (SignUp.IsEmailInUse(e))
        {
            return Problems.Validation("email", "is in use already");
        }

        async Task<IResult> ChangeAsync(CancellationToken stop)
        {
            if (await db.LockCustomerAsync(id, stop) is not { } customer)
                return Problems.NotSignedIn();
            if (checkedHash is not null && customer.PasswordHash != checkedHash)
                return PasswordCheck.Wrong();

            if (customer.Change(change, clock.GetUtcNow()) is { } changed)
            {
                customer.NormalizedEmail = normalizer.NormalizeEmail(customer.Email);
                customer.NormalizedUserName = normalizer.NormalizeName(customer.UserName);
                if (changed.PasswordChanged)
                    await EndOtherSessionsAsync(id, session, stop);
                // Access tokens carry the address, and other sessions' are to end.
                if (changed.PasswordChanged || changed.PreviousEmail is not null)
                    Revoke(customer);
                outbox.Add(changed);
                await db.SaveChangesAsync(stop);
            }

            return TypedResults.Ok(Profile.Of(customer, await db.RolesOfAsync(id, stop)));
        }
    }

    private Task EndOtherSessionsAsync(long id, Guid? session, CancellationToken stop) =>
        db.Sessions.Where(s => s.CustomerId == id && s.Id != session).ExecuteDeleteAsync(stop);

    private void Revoke(Customer customer)
    {
        var revocation = customer.RevokeAccessTokens();
        db.Revocations.Add(revocation);
        work.AfterCommit(() => revocations.Add(revocation));
    }
}
