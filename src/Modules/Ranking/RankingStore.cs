using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ConcertReservation.Ranking;

/// <summary>
/// The rankings in Redis, each change one script. Every call is bounded in time; an unreachable
/// Redis is a <see cref="RedisConnectionException"/> or a <see cref="TimeoutException"/>, which
/// pauses the consumer.
/// </summary>
internal sealed class RankingStore(
    IConnectionMultiplexer redis,
    RankingIdentity identity,
    IOptions<RankingOptions> options
)
{
    private static readonly ConcurrentDictionary<string, string> Scripts = new();

    private readonly TimeSpan _limit = TimeSpan.FromMilliseconds(
        options.Value.RedisTimeoutMilliseconds
    );

    private RedisValue LeaseMilliseconds => options.Value.RebuildLeaseMilliseconds;

    /// <summary>
    /// Live updates, with the change that they are. Where Redis lost something, a rebuild is due
    /// from here on; the updates are in it already.
    /// </summary>
    public async Task ApplyAsync(
        IReadOnlyList<RankingUpdate> updates,
        IReadOnlyList<RankingChange> changes
    ) =>
        await RunAsync(
            "apply",
            await identity.ReadAsync(),
            await NewGenerationAsync(),
            Json(updates),
            Json(changes)
        );

    public async Task<RankingState> StateAsync()
    {
        var state = (RedisResult[])await RunAsync("state", await identity.ReadAsync());
        var changes = (string[])state[2];
        return new RankingState(
            (string)state[0],
            (string)state[1],
            changes.Chunk(2).ToDictionary(p => p[0], p => Number(p[1]), StringComparer.Ordinal)
        );
    }

    /// <summary>Leaves it to the next check of any host.</summary>
    /// <returns>The generation to fill: a new one, or that of a running rebuild.</returns>
    public async Task<string> RequestRebuildAsync() =>
        (string)await RunAsync("request", await identity.ReadAsync(), await NewGenerationAsync());

    /// <returns>The generation to fill, or null while another host rebuilds.</returns>
    public async Task<string?> BeginRebuildAsync(string owner)
    {
        var generation = (string)
            await RunAsync(
                "begin",
                await identity.ReadAsync(),
                owner,
                LeaseMilliseconds,
                await NewGenerationAsync()
            );
        return generation.Length == 0 ? null : generation;
    }

    /// <returns>false where the rebuild is void: Redis forgot, or another host took over.</returns>
    public async Task<bool> FillAsync(
        string owner,
        string generation,
        IReadOnlyList<RankingUpdate> updates
    ) => (int)await RunAsync("fill", owner, LeaseMilliseconds, generation, Json(updates)) == 1;

    /// <returns>false where the rebuild is void.</returns>
    public async Task<bool> SwapAsync(
        string owner,
        string generation,
        IReadOnlyList<RankingChange> covered
    ) => (int)await RunAsync("swap", owner, generation, Json(covered)) == 1;

    /// <summary>Lets any host try again; what was filled so far stays.</summary>
    public Task ReleaseAsync(string owner) => RunAsync("release", owner);

    /// <summary>The first entries, best first.</summary>
    /// <returns>null while the rankings are being built.</returns>
    public async Task<IReadOnlyList<RankedConcert>?> TopAsync(
        string ranking,
        bool mostFirst,
        int limit
    )
    {
        var result = await RunAsync(
            "top",
            await identity.ReadAsync(),
            ranking,
            mostFirst ? "most" : "least",
            limit
        );
        if (result.IsNull)
            return null;

        return
        [
            .. ((string[])result)
                .Chunk(3)
                .Select(e => new RankedConcert(
                    Number(e[0]),
                    double.Parse(e[1], CultureInfo.InvariantCulture),
                    e[2][(e[2].IndexOf(':') + 1)..]
                )),
        ];
    }

    private async Task<string> NewGenerationAsync() =>
        $"{await identity.ReadAsync()}:{Guid.CreateVersion7():N}";

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static RedisValue Json(IReadOnlyList<RankingUpdate> updates) =>
        JsonSerializer.Serialize(updates, RankingJson.Default.IReadOnlyListRankingUpdate);

    private static RedisValue Json(IReadOnlyList<RankingChange> changes) =>
        JsonSerializer.Serialize(changes, RankingJson.Default.IReadOnlyListRankingChange);

    private async Task<RedisResult> RunAsync(string name, params RedisValue[] arguments)
    {
        var script = Scripts.GetOrAdd(name, Load);
        try
        {
            return await EvaluateAsync();
        }
        catch (RedisServerException e)
            when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // Redis was restarted and forgot its scripts; the client knows by now and sends this
            // one again.
            return await EvaluateAsync();
        }

        Task<RedisResult> EvaluateAsync() =>
            redis.GetDatabase().ScriptEvaluateAsync(script, [], arguments).WaitAsync(_limit);
    }

    private static string Load(string name) => Resource("rules") + "\n" + Resource(name);

    private static string Resource(string name)
    {
        using var stream = typeof(RankingStore).Assembly.GetManifestResourceStream(name + ".lua")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <param name="Live">Empty where there is none: Redis is new, or has forgotten.</param>
/// <param name="Building">Empty where no rebuild is due.</param>
/// <param name="Changes">The last that is there, by log.</param>
internal sealed record RankingState(
    string Live,
    string Building,
    IReadOnlyDictionary<string, long> Changes
);

internal sealed record RankedConcert(long ConcertId, double Score, string Name);
