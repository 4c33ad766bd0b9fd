using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Accounts;

/// <summary>
/// An operator gives an account a role; its tokens are replaced at the next refresh.
/// </summary>
internal static class GrantRole
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPut("/accounts/{id}/roles/{role}", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("GrantRole")
            .WithTags("Accounts")
            .WithSummary("Grant a role")
            .WithDescription(
                "`role` is Customer, Organiser or Operator. The account's access tokens stop "
                    + "working within seconds; a refresh or a new sign-in brings one with the role."
            )
            .Produces(204)
            .TakesAccountAndRole()
            .Refuses(UnknownRole(), Problems.NotFound("account", Examples.CustomerId));

    public static RouteHandlerBuilder TakesAccountAndRole(this RouteHandlerBuilder endpoint) =>
        endpoint
            .WithParameter("id", "The account's id.", Examples.CustomerId)
            .WithParameter(
                "role",
                "The name of the role.",
                Roles.Organiser,
                Roles.Customer,
                Roles.Organiser,
                Roles.Operator
            );

    public static Problem UnknownRole() =>
        Problems.Validation("role", "must be Customer, Organiser or Operator");

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
            return UnknownRole();

        return await work.RunAsync(GrantAsync, stop);

        async Task<IResult> GrantAsync(CancellationToken stop)
        {
            if (await db.LockCustomerAsync(id, stop) is not { } customer)
                return Problems.NotFound("account", id);

            if (await db.HasRoleAsync(id, roleId, stop))
                return TypedResults.NoContent();

            var revocation = customer.RevokeAccessTokens();
            db.CustomerRoles.Add(new() { UserId = id, RoleId = roleId });
            db.Revocations.Add(revocation);
            work.AfterCommit(() => revocations.Add(revocation));
            await db.SaveChangesAsync(stop);
            return TypedResults.NoContent();
        }
    }
}
