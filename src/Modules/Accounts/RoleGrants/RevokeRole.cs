using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

/// <summary>An operator takes a role from an account; the last operator stays one.</summary>
internal static class RevokeRole
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapDelete("/accounts/{id}/roles/{role}", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("RevokeRole")
            .WithTags("Accounts")
            .WithSummary("Revoke a role")
            .WithDescription(
                "`role` is Customer, Organiser or Operator. Access tokens that "
                    + "carry it stop working within seconds, on every host. The "
                    + "last operator cannot be taken away."
            )
            .Produces(204)
            .TakesAccountAndRole()
            .Refuses(
                GrantRole.UnknownRole(),
                Problems.NotFound("account", Examples.CustomerId),
                LastOperator(Examples.CustomerId)
            );

    private static Problem LastOperator(long id) =>
        Problems.IllegalState($"Account {id} is the last operator.");

    private static async Task<IResult> Handle(
        long id,
        string role,
        AccountsDb db,
        UnitOfWork work,
        Revocations revocations,
        CancellationToken stop
    )
    {
        if (!AccountsDb.RoleIds.TryGetValue(role, out var roleId))
            return GrantRole.UnknownRole();

        return await work.RunAsync(RevokeAsync, stop);

        async Task<IResult> RevokeAsync(CancellationToken stop)
        {
            if (await db.LockCustomerAsync(id, stop) is not { } customer)
                return Problems.NotFound("account", id);

            // Two operators that revoke each other take turns, so that one stays.
            await db.LockRoleAsync(roleId, stop);
            if (!await db.HasRoleAsync(id, roleId, stop))
                return TypedResults.NoContent();

            if (
                roleId == AccountsDb.RoleIds[Roles.Operator]
                && await db.CustomerRoles.CountAsync(r => r.RoleId == roleId, stop) == 1
            )
            {
                return LastOperator(id);
            }

            var revocation = customer.RevokeAccessTokens();
            await db
                .CustomerRoles.Where(r => r.UserId == id && r.RoleId == roleId)
                .ExecuteDeleteAsync(stop);
            db.Revocations.Add(revocation);
            work.AfterCommit(() => revocations.Add(revocation));
            await db.SaveChangesAsync(stop);
            return TypedResults.NoContent();
        }
    }
}
