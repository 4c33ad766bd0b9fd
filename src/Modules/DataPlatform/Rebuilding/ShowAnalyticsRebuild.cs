using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.DataPlatform;

/// <summary>How far a rebuild is.</summary>
/// <param name="State">never, running or done.</param>
/// <param name="RequestedBy">null where nobody has asked for one.</param>
/// <param name="Events">In the store when it began, and at its end.</param>
/// <param name="Read">Of these.</param>
internal sealed record AnalyticsRebuildView(
    string State,
    string? RequestedBy,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    long Events,
    long Read
)
{
    public const string Path = "/api/ops/analytics/rebuild";

    public static readonly AnalyticsRebuildView Example = new(
        "running",
        "account 1",
        Examples.HeldAt,
        FinishedAt: null,
        Events: 48_000,
        Read: 12_500
    );

    public static AnalyticsRebuildView Of(StatisticsRebuild? rebuild) =>
        rebuild is null
            ? new("never", null, null, null, 0, 0)
            : new(
                rebuild.FinishedAt is null ? "running" : "done",
                rebuild.RequestedBy,
                rebuild.StartedAt,
                rebuild.FinishedAt,
                rebuild.Events,
                rebuild.Read
            );
}

/// <summary>An operator watches the statistics being built.</summary>
internal static class ShowAnalyticsRebuild
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/ops/analytics/rebuild", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ShowAnalyticsRebuild")
            .WithTags("Operations")
            .WithSummary("Show how far the statistics are built")
            .WithDescription("The last time that somebody asked for it.")
            .Produces<AnalyticsRebuildView>()
            .WithResponseExample(200, AnalyticsRebuildView.Example);

    private static async Task<IResult> Handle(RebuildProgress progress, CancellationToken stop) =>
        TypedResults.Ok(AnalyticsRebuildView.Of(await progress.FindAsync(stop)));
}
