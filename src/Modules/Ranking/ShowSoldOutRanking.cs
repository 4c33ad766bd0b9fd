using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Ranking;

/// <summary>The concerts that sold out fastest.</summary>
internal static class ShowSoldOutRanking
{
    internal sealed record SoldOutRanking(IReadOnlyList<SoldOutRank> Entries);

    /// <param name="Seconds">
    /// From the start of booking to the first time that every seat was sold.
    /// </param>
    internal sealed record SoldOutRank(int Rank, long ConcertId, string Name, double Seconds);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/rankings/sold-out", Handle)
            .WithName("ShowSoldOutRanking")
            .WithTags("Rankings")
            .WithSummary("Sold-out ranking")
            .WithDescription(
                "Concerts by the seconds from booking start to their first sell-out, fastest "
                    + "first."
            )
            .Produces<SoldOutRanking>()
            .WithResponseExample(
                200,
                new SoldOutRanking([
                    new SoldOutRank(1, Examples.ConcertId, Examples.ConcertName, 1841.738),
                ])
            )
            .WithParameter("limit", RankingAnswers.LimitDescription, RankingAnswers.DefaultLimit)
            .Refuses(
                Problems.Validation("limit", RankingAnswers.LimitRule),
                RankingAnswers.NotBuilt()
            );

    private static async Task<IResult> Handle(int? limit, RankingStore store)
    {
        var errors = new FieldErrors().Require(
            limit is null or (>= 1 and <= RankingAnswers.MaxLimit),
            "limit",
            RankingAnswers.LimitRule
        );
        if (errors.ToProblem() is { } problem)
            return problem;

        return await RankingAnswers.AnswerAsync(
            () =>
                store.TopAsync("sold-out", mostFirst: false, limit ?? RankingAnswers.DefaultLimit),
            top => new SoldOutRanking([
                .. RankingAnswers
                    .Ranked(top)
                    .Select(e => new SoldOutRank(
                        e.Rank,
                        e.Concert.ConcertId,
                        e.Concert.Name,
                        Math.Round(e.Concert.Score, 3)
                    )),
            ])
        );
    }
}
