using System.Security.Claims;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

/// <param name="ForfeitPoints">The points that are left may be lost.</param>
internal sealed record DeleteAccountRequest(string Password, bool ForfeitPoints = false);

/// <summary>
/// A person's account goes, unless their seats or money are still under way. What names them is
/// erased everywhere by <see cref="ErasePersonalData"/>.
/// </summary>
internal sealed class DeleteAccount(
    AccountsDb db,
    UnitOfWork work,
    Outbox outbox,
    Revocations revocations,
    IEnumerable<IPersonalData> keepers,
    ILookupNormalizer normalizer,
    TimeProvider clock
)
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/accounts/me", Handle)
            .RequireAuthorization()
            .WithName("DeleteAccount")
            .WithTags("Accounts")
            .WithSummary("Delete my account")
            .WithDescription(
                "Needs the `password`. All sessions end within seconds, the address is free for a "
                    + "new account at once, and what names you is erased everywhere; payments and "
                    + "bookings stay without it. Refused, with all reasons, while seats are held "
                    + "or booked for a concert to come, money is under way, a concert of yours is "
                    + "to come, or you are the first operator or the last. Points that are left "
                    + "are lost: `forfeitPoints` says that you know."
            )
            .Produces(204)
            .WithRequestExample(new DeleteAccountRequest("correct horse battery"))
            .Refuses(
                PasswordCheck.Wrong(),
                Problems.AccountInUse([
                    new("reservation 1", "is booked for a concert to come: cancel it before."),
                    new("wallet", "has 92,000 points: pay with them, or send forfeitPoints."),
                ]),
                Problems.TooManyRequests(retryAfterSeconds: 5),
                SignIn.TooBusy()
            );

    private static async Task<IResult> Handle(
        [FromBody] DeleteAccountRequest request,
        CurrentCustomer me,
        ClaimsPrincipal user,
        PasswordCheck check,
        DeleteAccount delete,
        CancellationToken stop
    )
    {
        var invalid = new FieldErrors()
            .Require(request.Password.Length > 0, "password", "is required")
            .ToProblem();
        if (invalid is not null)
            return invalid;

        var (customer, refusal) = await check.RunAsync(
            me.Id,
            AccessTokens.SessionId(user),
            request.Password,
            stop
        );
        return refusal ?? await delete.RunAsync(customer!, request.ForfeitPoints, stop);
    }

    /// <param name="known">As the password was checked against.</param>
    private Task<IResult> RunAsync(Customer known, bool forfeitPoints, CancellationToken stop)
    {
        return work.RunAsync(DeleteUnlessInUseAsync, stop);

        async Task<IResult> DeleteUnlessInUseAsync(CancellationToken stop)
        {
            if (await db.LockCustomerAsync(known.Id, stop) is not { } customer)
                return Problems.NotSignedIn();
            if (customer.PasswordHash != known.PasswordHash)
                return PasswordCheck.Wrong();

            var obstacles = new List<Obstacle>();
            foreach (var keeper in keepers)
                obstacles.AddRange(await keeper.ObstaclesAsync(customer.Id, stop));
            obstacles.RemoveAll(o => o.IsOnlyPoints && forfeitPoints);
            if (obstacles.Count > 0)
                return Problems.AccountInUse(obstacles);

            foreach (var keeper in keepers)
                await keeper.CloseAsync(customer.Id, stop);
            await DeleteAsync(customer, stop);
            return TypedResults.NoContent();
        }
    }

    private async Task DeleteAsync(Customer customer, CancellationToken stop)
    {
        var failures = SignInGuard.AccountOf(customer.NormalizedEmail!);
        outbox.Add(customer.Delete(clock.GetUtcNow(), placeholder: Guid.NewGuid()));
        customer.NormalizedEmail = normalizer.NormalizeEmail(customer.Email);
        customer.NormalizedUserName = normalizer.NormalizeName(customer.UserName);
        var revocation = customer.RevokeAccessTokens();
        db.Revocations.Add(revocation);
        work.AfterCommit(() => revocations.Add(revocation));
        await db.Sessions.Where(s => s.CustomerId == customer.Id).ExecuteDeleteAsync(stop);
        await db.CustomerRoles.Where(r => r.UserId == customer.Id).ExecuteDeleteAsync(stop);
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM accounts.known_addresses WHERE customer_id = {customer.Id}",
            stop
        );
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM accounts.sign_in_failures WHERE account = {failures}",
            stop
        );
        await db.SaveChangesAsync(stop);
    }
}
