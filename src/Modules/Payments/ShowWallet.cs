using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Payments;

/// <summary>A customer reads their own balance.</summary>
internal static class ShowWallet
{
    /// <param name="Balance">In won.</param>
    internal sealed record WalletBalance(long Balance);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/wallet", Handle)
            .RequireAuthorization(Roles.Customer)
            .WithName("ShowWallet")
            .WithTags("Payments")
            .WithSummary("Show the balance of your wallet")
            .WithDescription("Points, one point a won. A wallet that was never charged has none.")
            .Produces<WalletBalance>()
            .WithResponseExample(200, new WalletBalance(ChargeWallet.ExampleAmount));

    private static async Task<IResult> Handle(
        CurrentCustomer customer,
        PaymentsDb db,
        CancellationToken stop
    )
    {
        var wallet = await db
            .Wallets.AsNoTracking()
            .SingleOrDefaultAsync(w => w.CustomerId == customer.Id, stop);
        return TypedResults.Ok(new WalletBalance(wallet?.Balance.Won ?? 0));
    }
}
