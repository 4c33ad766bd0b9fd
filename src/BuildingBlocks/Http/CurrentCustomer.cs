using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>
/// The signed-in customer, as the token tells. Endpoints that bind it require authorization.
/// </summary>
public sealed record CurrentCustomer(long Id, string Email, bool IsOrganiser, bool IsOperator)
{
    /// <summary>Who did something, as it is kept: an address may change.</summary>
    public string KeptName => string.Create(CultureInfo.InvariantCulture, $"account {Id}");

    public static ValueTask<CurrentCustomer?> BindAsync(HttpContext httpContext)
    {
        var user = httpContext.User;
        var id = user.FindFirstValue(ClaimTypes.NameIdentifier);
        var customer = id is null
            ? null
            : new CurrentCustomer(
                long.Parse(id, CultureInfo.InvariantCulture),
                user.FindFirstValue(ClaimTypes.Email) ?? "",
                user.IsInRole(Roles.Organiser),
                user.IsInRole(Roles.Operator)
            );
        return ValueTask.FromResult(customer);
    }
}

/// <summary>
/// Role names, which are also the names of the authorization policies that require them.
/// </summary>
public static class Roles
{
    public const string Customer = "Customer";
    public const string Organiser = "Organiser";
    public const string Operator = "Operator";

    /// <summary>The policy that lets organisers and operators in.</summary>
    public const string OrganiserOrOperator = "OrganiserOrOperator";
}
