using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.DataPlatform;

/// <summary>An operator has the statistics built anew from the event store.</summary>
internal static class RequestAnalyticsRebuild
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/ops/analytics/rebuild", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("RequestAnalyticsRebuild")
            .WithTags("Operations")
            .WithSummary("Build the statistics anew")
            .WithDescription(
                "From the event store, into tables of their own, while live events are counted in "
                    + "the old ones; readers see these until the new ones are whole. While they "
                    + "are being built, a request changes nothing."
            )
            .Produces<AnalyticsRebuildView>(202)
            .WithResponseExample(202, AnalyticsRebuildView.Example)
            .WithResponseHeader(
                202,
                "Location",
                "Where its progress is.",
                AnalyticsRebuildView.Path
            );

    private static async Task<IResult> Handle(
        CurrentCustomer by,
        RebuildProgress progress,
        CancellationToken stop
    )
    {
        await progress.RequestAsync(by.KeptName, stop);
        var rebuild = await progress.FindAsync(stop);
        return TypedResults.Accepted(AnalyticsRebuildView.Path, AnalyticsRebuildView.Of(rebuild));
    }
}
