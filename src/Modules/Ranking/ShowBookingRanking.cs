using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Ranking;

/// <summary>The concerts that are booked most, live.</summary>
internal static class ShowBookingRanking
{
    private const string All = "all";
    private const string Day = "day";
    private const string Hour = "hour";

    internal sealed record BookingRanking(string Window, IReadOnlyList<BookingRank> Entries);

    /// <param name="Rank">Equal numbers of seats share a rank.</param>
    /// <param name="Seats">
    /// Held or sold; seats of lapsed and cancelled reservations count no more.
    /// </param>
    internal sealed record BookingRank(int Rank, long ConcertId, string Name, long Seats);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/rankings/bookings", Handle)
            .WithName("ShowBookingRanking")
            .WithTags("Rankings")
            .WithSummary("Booking ranking")
            .WithDescription(
                "Concerts by seats booked, most first: of all time (window=all, the "
                    + "default), or booked in the current day or hour of Korean time."
            )
            .Produces<BookingRanking>()
            .WithResponseExample(
                200,
                new BookingRanking(
                    All,
                    [
                        new BookingRank(
                            1,
                            Examples.ConcertId,
                            Examples.ConcertName,
                            Examples.HeldSeats + Examples.SoldSeats
                        ),
                    ]
                )
            )
            .WithParameter(
                "window",
                "Seats of all time, or booked in the current day or hour of Korean time.",
                All,
                All,
                Day,
                Hour
            )
            .WithParameter("limit", RankingAnswers.LimitDescription, RankingAnswers.DefaultLimit)
            .Refuses(
                Problems.Validation("limit", RankingAnswers.LimitRule),
                RankingAnswers.NotBuilt()
            );

    private static async Task<IResult> Handle(
        string? window,
        int? limit,
        RankingStore store,
        TimeProvider clock
    )
    {
        window ??= All;
        var errors = new FieldErrors()
            .Require(window is All or Day or Hour, "window", "must be all, day or hour")
            .Require(
                limit is null or (>= 1 and <= RankingAnswers.MaxLimit),
                "limit",
                RankingAnswers.LimitRule
            );
        if (errors.ToProblem() is { } problem)
            return problem;

        var now = clock.GetUtcNow();
        var key = window switch
        {
            Day => $"day:{KoreanTime.Day(now)}",
            Hour => $"hour:{KoreanTime.Hour(now)}",
            _ => "all",
        };
        return await RankingAnswers.AnswerAsync(
            () => store.TopAsync(key, mostFirst: true, limit ?? RankingAnswers.DefaultLimit),
            top => new BookingRanking(
                window,
                [
                    .. RankingAnswers
                        .Ranked(top)
                        .Select(e => new BookingRank(
                            e.Rank,
                            e.Concert.ConcertId,
                            e.Concert.Name,
                            (long)e.Concert.Score
                        )),
                ]
            )
        );
    }
}
