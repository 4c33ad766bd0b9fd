using StackExchange.Redis;

namespace ConcertReservation.Verification.Loading;

/// <summary>The live rankings.</summary>
internal sealed class RedisRankings : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ConnectionMultiplexer _redis;

    private RedisRankings(ConnectionMultiplexer redis) => _redis = redis;

    public static async Task<RedisRankings> ConnectAsync(string connection) =>
        new(await ConnectionMultiplexer.ConnectAsync(connection).WaitAsync(Limit));

    /// <summary>Whether they are there and nobody rebuilds them.</summary>
    public async Task<bool> AreWholeAsync()
    {
        var db = _redis.GetDatabase();
        return await db.KeyExistsAsync("ranking:live").WaitAsync(Limit)
            && !await db.KeyExistsAsync("ranking:building").WaitAsync(Limit);
    }

    /// <returns>
    /// Scores such as <c>all 3</c>, and the names of concerts; null while there are no whole
    /// rankings.
    /// </returns>
    public async Task<(
        IReadOnlyDictionary<string, double> Scores,
        IReadOnlyDictionary<string, string> Names
    )?> ReadAsync()
    {
        var db = _redis.GetDatabase();
        var live = await db.StringGetAsync("ranking:live").WaitAsync(Limit);
        if (live.IsNullOrEmpty)
            return null;

        var prefix = $"ranking:{live}:";
        var windows = await db.SetMembersAsync(prefix + "windows").WaitAsync(Limit);
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var ranking in windows.Select(w => (string)w!).Concat(["all", "sold-out"]))
        {
            var entries = await db.SortedSetRangeByRankWithScoresAsync(prefix + ranking)
                .WaitAsync(Limit);
            foreach (var entry in entries)
                scores[$"{ranking} {entry.Element}"] = entry.Score;
        }

        var names = await db.HashGetAllAsync(prefix + "names").WaitAsync(Limit);
        return (scores, names.ToDictionary(n => (string)n.Name!, n => WithoutVersion(n.Value!)));
    }

    /// <summary>A name is kept behind the version that told it.</summary>
    private static string WithoutVersion(string name) => name[(name.IndexOf(':') + 1)..];

    public void Dispose() => _redis.Dispose();
}
