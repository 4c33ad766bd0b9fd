using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace ConcertReservation.Host.Health;

/// <summary>Redis answers a PING.</summary>
internal sealed class RedisCheck(IConnectionMultiplexer redis) : IHealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            await redis.GetDatabase().PingAsync().WaitAsync(Limit, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus,
                "cannot be reached; rankings wait, booking goes on"
            );
        }
    }
}
