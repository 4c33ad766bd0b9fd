using System.Threading.RateLimiting;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Accounts;

/// <summary>
/// How often one address, and one account, may sign in or up: buckets that refill over a minute,
/// counted by each host for itself. They slow guessing down; no rule of the domain rests on them.
/// </summary>
internal sealed class AttemptLimits(ILookupNormalizer normalizer, IOptions<AccountsOptions> options)
    : IDisposable
{
    private const int RefillsPerMinute = 12;
    private static readonly TimeSpan RefillInterval = TimeSpan.FromMinutes(1) / RefillsPerMinute;

    private readonly PartitionedRateLimiter<string> _signInsByAddress = PerMinute(
        options.Value.SignInsPerMinuteAndAddress
    );
    private readonly PartitionedRateLimiter<string> _signInsByAccount = PerMinute(
        options.Value.SignInsPerMinuteAndAccount
    );
    private readonly PartitionedRateLimiter<string> _signUpsByAddress = PerMinute(
        options.Value.SignUpsPerMinuteAndAddress
    );
    private readonly PartitionedRateLimiter<string> _signUpsByAccount = PerMinute(
        options.Value.SignUpsPerMinuteAndAccount
    );

    /// <returns>The refusal, or null where the attempt is allowed.</returns>
    public Problem? RefuseSignIn(HttpContext http, string email) =>
        Take(_signInsByAddress, Address(http)) ?? Take(_signInsByAccount, Account(email));

    /// <returns>The refusal, or null where the attempt is allowed.</returns>
    public Problem? RefuseSignUp(HttpContext http, string email) =>
        Take(_signUpsByAddress, Address(http)) ?? Take(_signUpsByAccount, Account(email));

    public void Dispose()
    {
        _signInsByAddress.Dispose();
        _signInsByAccount.Dispose();
        _signUpsByAddress.Dispose();
        _signUpsByAccount.Dispose();
    }

    private static PartitionedRateLimiter<string> PerMinute(int limit) =>
        PartitionedRateLimiter.Create<string, string>(key =>
            RateLimitPartition.GetTokenBucketLimiter(
                key,
                _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = limit,
                    TokensPerPeriod = Math.Max(1, limit / RefillsPerMinute),
                    ReplenishmentPeriod =
                        limit >= RefillsPerMinute
                            ? RefillInterval
                            : TimeSpan.FromMinutes(1) / limit,
                }
            )
        );

    private static Problem? Take(PartitionedRateLimiter<string> limiter, string key)
    {
        using var lease = limiter.AttemptAcquire(key);
        if (lease.IsAcquired)
            return null;

        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after)
            ? after
            : RefillInterval;
        return Problems.TooManyRequests(Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)));
    }

    private string Account(string email) => normalizer.NormalizeEmail(email);

    /// <summary>An IPv6 household has a whole /64, so it counts as one address.</summary>
    private static string Address(HttpContext http)
    {
        const int PrefixBytes = 8;
        if (http.Connection.RemoteIpAddress is not { } address)
            return "";

        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return bytes.Length > 4 ? Convert.ToHexString(bytes, 0, PrefixBytes) : address.ToString();
    }
}
