using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Ranking;

/// <summary>How far a rebuild is.</summary>
/// <param name="State">never, running or done.</param>
/// <param name="RequestedBy">null where Redis had forgotten, and nobody had to ask.</param>
/// <param name="Events">In the history when it began.</param>
/// <param name="Read">Of these.</param>
internal sealed record RankingRebuildView(
    string State,
    string? RequestedBy,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    long Events,
    long Read
)
{
    public const string Path = "/api/ops/rankings/rebuild";

    public static readonly RankingRebuildView Example = new(
        "running",
        "account 1",
        Examples.HeldAt,
        FinishedAt: null,
        Events: 48_000,
        Read: 12_500
    );

    public static RankingRebuildView Of(RankingRebuild? rebuild) =>
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

/// <summary>An operator watches the rankings being built.</summary>
internal static class ShowRankingRebuild
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/ops/rankings/rebuild", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ShowRankingRebuild")
            .WithTags("Operations")
            .WithSummary("Show how far the rankings are built")
            .WithDescription("The last time, asked for or because Redis had forgotten.")
            .Produces<RankingRebuildView>()
            .WithResponseExample(200, RankingRebuildView.Example);

    private static async Task<IResult> Handle(RebuildProgress progress, CancellationToken stop) =>
        TypedResults.Ok(RankingRebuildView.Of(await progress.FindAsync(stop)));
}
