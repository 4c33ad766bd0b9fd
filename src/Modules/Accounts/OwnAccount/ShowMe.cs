using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Accounts;

/// <summary>What a person sees of their own account.</summary>
internal sealed record Profile(
    long Id,
    string Email,
    string Name,
    string Language,
    IReadOnlyList<string> Roles
)
{
    public static Profile Example { get; } =
        new(
            Examples.CustomerId,
            Examples.Email,
            Examples.CustomerName,
            "ko",
            [BuildingBlocks.Http.Roles.Customer]
        );

    public static Profile Of(Customer customer, IReadOnlyList<string> roles) =>
        new(customer.Id, customer.Email!, customer.Name, customer.Language, roles);
}

/// <summary>A customer looks at their account.</summary>
internal static class ShowMe
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/accounts/me", Handle)
            .RequireAuthorization()
            .WithName("ShowMe")
            .WithTags("Accounts")
            .WithSummary("My account")
            .WithDescription("Profile and roles of whoever is signed in.")
            .Produces<Profile>()
            .WithResponseExample(200, Profile.Example);

    private static async Task<IResult> Handle(
        CurrentCustomer me,
        AccountsDb db,
        CancellationToken stop
    )
    {
        var customer = await db
            .Customers.AsNoTracking()
            .SingleOrDefaultAsync(c => c.Id == me.Id && c.DeletedAt == null, stop);
        return customer is null
            ? Problems.NotSignedIn()
            : TypedResults.Ok(Profile.Of(customer, await db.RolesOfAsync(me.Id, stop)));
    }
}
