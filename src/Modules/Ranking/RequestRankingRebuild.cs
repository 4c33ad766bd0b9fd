using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using StackExchange.Redis;

namespace ConcertReservation.Ranking;

/// <summary>An operator has the rankings built anew from the event store.</summary>
internal static class RequestRankingRebuild
{
    private const int RetryAfterSeconds = 2;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/ops/rankings/rebuild", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("RequestRankingRebuild")
            .WithTags("Operations")
            .WithSummary("Build the rankings anew")
            .WithDescription(
                "From the event store, into keys of their own, which live bookings reach, too; "
                    + "readers see the old rankings until the new ones are whole. While one is "
                    + "being built, a request changes nothing."
            )
            .Produces<RankingRebuildView>(202)
            .WithResponseExample(202, RankingRebuildView.Example)
            .WithResponseHeader(202, "Location", "Where its progress is.", RankingRebuildView.Path)
            .Refuses(Away());

    private static async Task<IResult> Handle(
        CurrentCustomer by,
        RankingStore store,
        RebuildProgress progress,
        CancellationToken stop
    )
    {
        try
        {
            var generation = await store.RequestRebuildAsync();
            await progress.BeginAsync(generation, by.KeptName, stop);
        }
        catch (Exception e)
            when (e is RedisException or NpgsqlException || DatabaseFaults.IsAway(e))
        {
            return Away();
        }

        var rebuild = await progress.FindAsync(stop);
        return TypedResults.Accepted(RankingRebuildView.Path, RankingRebuildView.Of(rebuild));
    }

    private static Problem Away() =>
        Problems.Overloaded("Redis cannot be reached.", RetryAfterSeconds);
}
