using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>A customer looks at one of their payments.</summary>
internal static class ShowPayment
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/payments/{id}", Handle)
            .RequireAuthorization()
            .WithName("ShowPayment")
            .WithTags("Payments")
            .WithSummary("Show one of your payments")
            .WithDescription("Another customer's payment is not found.")
            .Produces<PaymentView>()
            .WithResponseExample(200, PaymentView.Example)
            .WithParameter("id", "The payment's id.", Examples.PaymentId)
            .Refuses(Problems.NotFound("payment", Examples.PaymentId));

    private static async Task<IResult> Handle(
        long id,
        CurrentCustomer customer,
        PaymentsDb db,
        IOptions<GatewayOptions> gateway,
        CancellationToken stop
    )
    {
        var payment = await db
            .Payments.AsNoTracking()
            .SingleOrDefaultAsync(p => p.Id == id && p.CustomerId == customer.Id, stop);
        return payment is null
            ? Problems.NotFound("payment", id)
            : TypedResults.Ok(PaymentView.Of(payment, gateway.Value));
    }
}
