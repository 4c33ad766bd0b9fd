using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;
using Npgsql;
using StackExchange.Redis;

namespace ConcertReservation.Ranking;

/// <summary>What both rankings share in how they answer.</summary>
internal static class RankingAnswers
{
    public const int DefaultLimit = 10;
    public const int MaxLimit = 100;
    public const string LimitRule = "must be 1 to 100";
    public const string LimitDescription = "Entries at most, 1 to 100; 10 where it is missing.";

    private const int RetryAfterSeconds = 2;

    /// <summary>They are read from the event store, at the first start or after a loss.</summary>
    public static Problem NotBuilt() =>
        Problems.Overloaded("The rankings are being built.", RetryAfterSeconds);

    /// <summary>
    /// 503 while Redis is away or the rankings are being built; booking does not mind.
    /// </summary>
    public static async Task<IResult> AnswerAsync<T>(
        Func<Task<IReadOnlyList<RankedConcert>?>> read,
        Func<IReadOnlyList<RankedConcert>, T> answer
    )
    {
        try
        {
            return await read() is { } top ? TypedResults.Ok(answer(top)) : NotBuilt();
        }
        catch (Exception e)
            when (e is RedisException or NpgsqlException || DatabaseFaults.IsAway(e))
        {
            return Problems.Overloaded("The rankings cannot be read.", RetryAfterSeconds);
        }
    }

    /// <summary>
    /// Equal scores share a rank, as in 1, 2, 2, 4; among them the older concert is first.
    /// </summary>
    public static IEnumerable<(int Rank, RankedConcert Concert)> Ranked(
        IReadOnlyList<RankedConcert> top
    )
    {
        var rank = 0;
        foreach (var equal in top.GroupBy(e => e.Score))
        {
            var first = rank + 1;
            foreach (var concert in equal.OrderBy(e => e.ConcertId))
            {
                rank++;
                yield return (first, concert);
            }
        }
    }
}
