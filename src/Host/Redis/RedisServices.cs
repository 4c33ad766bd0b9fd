using StackExchange.Redis;

namespace ConcertReservation.Host.Redis;

/// <summary>
/// The one connection to Redis. It is made without waiting for Redis and made again when lost.
/// StackExchange.Redis 1.2.6 never times out an asynchronous call: callers bound theirs with
/// <c>.WaitAsync(limit)</c>.
/// </summary>
internal static class RedisServices
{
    private const int ConnectTimeoutMilliseconds = 2000;

    public static void AddRedis(this IServiceCollection services)
    {
        services.AddSingleton(Connect);
        services.AddHostedService<WatchRedis>();
    }

    private static IConnectionMultiplexer Connect(IServiceProvider provider)
    {
        var configuration = provider.GetRequiredService<IConfiguration>();
        var options = ConfigurationOptions.Parse(configuration.GetConnectionString("Redis")!);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = ConnectTimeoutMilliseconds;
        options.ReconnectRetryPolicy = new LinearRetry(ConnectTimeoutMilliseconds);
        options.KeepAlive = 5;

        return ConnectionMultiplexer.Connect(options);
    }
}
