using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace ConcertReservation.Tests.Integration.Ranking;

/// <summary>What Redis loses.</summary>
internal static class LostRankings
{
    /// <summary>All of them.</summary>
    public static Task ForgetRankingsAsync(this TestSystem system) =>
        system.InRedisAsync("return redis.call('FLUSHDB')");

    /// <summary>As a Redis has it on disk that stops a moment later.</summary>
    public static async Task<RedisValue[]> CopyRankingsAsync(this TestSystem system)
    {
        var copy = await system.InRedisAsync(
            """
            local copy = {}
            for _, key in ipairs(redis.call('KEYS', '*')) do
                copy[#copy + 1] = key
                copy[#copy + 1] = redis.call('DUMP', key)
            end
            return copy
            """
        );
        return ((RedisValue[]?)copy)!;
    }

    /// <summary>What came since the copy is lost.</summary>
    public static Task GoBackToAsync(this TestSystem system, RedisValue[] copy) =>
        system.InRedisAsync(
            """
            redis.call('FLUSHDB')
            for i = 1, #ARGV, 2 do
                redis.call('RESTORE', ARGV[i], 0, ARGV[i + 1])
            end
            """,
            copy
        );

    private static async Task<RedisResult> InRedisAsync(
        this TestSystem system,
        string script,
        params RedisValue[] arguments
    )
    {
        var configuration = system.HostA.Services.GetRequiredService<IConfiguration>();
        using var redis = await ConnectionMultiplexer.ConnectAsync(
            configuration.GetConnectionString("Redis")!
        );
        return await redis.GetDatabase().ScriptEvaluateAsync(script, values: arguments);
    }
}
