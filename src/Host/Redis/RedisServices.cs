using StackExchange.Redis;

namespace ConcertReservation.Host.Redis;

/// <summary>
/// The one connection to Redis. It is made without waiting for Redis and made again when lost.
/// StackExchange.Redis 1.2.6 never times out an asynchronous call: callers bound theirs with
/// <c>.WaitAsync(limit)</c>.
/// </summary>
internal static partial class RedisServices
{
    private const int ConnectTimeoutMilliseconds = 2000;

    public static void AddRedis(this IServiceCollection services)
    {
        services.AddSingleton(Connect);
        services.AddHostedService<ConnectRedis>();
    }

    private static IConnectionMultiplexer Connect(IServiceProvider provider)
    {
        var configuration = provider.GetRequiredService<IConfiguration>();
        var log = provider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RedisServices));
        var options = ConfigurationOptions.Parse(configuration.GetConnectionString("Redis")!);
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = ConnectTimeoutMilliseconds;
        options.ReconnectRetryPolicy = new LinearRetry(ConnectTimeoutMilliseconds);
        options.KeepAlive = 5;

        var redis = ConnectionMultiplexer.Connect(options);
        if (!redis.IsConnected)
            Away(log, "no answer");
        redis.ConnectionFailed += (_, e) =>
        {
            if (e.ConnectionType == ConnectionType.Interactive)
                Away(log, e.FailureType.ToString());
        };
        redis.ConnectionRestored += (_, e) =>
        {
            if (e.ConnectionType == ConnectionType.Interactive)
                Back(log);
        };
        return redis;
    }

    [LoggerMessage(LogLevel.Warning, "Redis cannot be reached, trying again: {Reason}")]
    private static partial void Away(ILogger log, string reason);

    [LoggerMessage(LogLevel.Information, "Redis is back.")]
    private static partial void Back(ILogger log);

    /// <summary>Connects at start, off the start's path, so that no request waits for it.</summary>
    private sealed class ConnectRedis(IServiceProvider provider) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
            Task.Run(provider.GetRequiredService<IConnectionMultiplexer>, stoppingToken);
    }
}
