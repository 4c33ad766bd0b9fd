using System.Threading.RateLimiting;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Payments;

/// <summary>
/// How many webhooks a host reads that prove nothing: a bucket that refills over a minute, of the
/// host and not of an address, for the provider's own is but one of them. Whoever empties it
/// delays hints, and no money.
/// </summary>
internal sealed class WebhookLimit(IOptions<GatewayOptions> gateway) : IDisposable
{
    private const int RefillsPerMinute = 12;
    private const int RefillSeconds = 60 / RefillsPerMinute;

    private readonly TokenBucketRateLimiter _bucket = new(
        new TokenBucketRateLimiterOptions
        {
            TokenLimit = gateway.Value.UnsignedWebhooksPerMinute,
            TokensPerPeriod = gateway.Value.UnsignedWebhooksPerMinute / RefillsPerMinute,
            ReplenishmentPeriod = TimeSpan.FromSeconds(RefillSeconds),
        }
    );

    /// <returns>The refusal, or null where it is read.</returns>
    public Problem? Refuse()
    {
        using var lease = _bucket.AttemptAcquire();
        return lease.IsAcquired ? null : TooMany();
    }

    public static Problem TooMany() => Problems.TooManyRequests(RefillSeconds);

    public void Dispose() => _bucket.Dispose();
}
