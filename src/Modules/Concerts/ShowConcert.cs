using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace ConcertReservation.Concerts;

/// <summary>A concert in detail, with the seats that are free now.</summary>
internal static class ShowConcert
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/concerts/{id}", Handle)
            .WithTags("Concerts")
            .WithName("ShowConcert")
            .WithSummary("Show a concert")
            .WithDescription("With the seats available by section.")
            .Produces<ConcertDetails>()
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .Refuses(Problems.NotFound("concert", Examples.ConcertId))
            .WithResponseExample(200, ConcertExamples.OnSale);

    private static async Task<IResult> Handle(
        long id,
        ConcertsDb db,
        [FromServices] ISeatInventory inventory,
        CancellationToken stop
    )
    {
        var concert = await db.Concerts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, stop);
        if (concert is null)
            return Problems.NotFound("concert", id);

        return TypedResults.Ok(ConcertDetails.Of(concert, await inventory.FindAsync(id, stop)));
    }
}
