using System.Globalization;
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
internal sealed class AttemptLimits(
    ILookupNormalizer normalizer,
    ClientAddress client,
    IOptions<AccountsOptions> options
) : IDisposable
{
    private const int RefillsPerMinute = 12;
    private static readonly TimeSpan RefillInterval = TimeSpan.FromMinutes(1) / RefillsPerMinute;

    private readonly PartitionedRateLimiter<string> _signInsByAddress = PerMinute(
        options.Value.SignInsPerMinuteAndAddress
    );
    private readonly PartitionedRateLimiter<string> _signInsByAccount = PerMinute(
        options.Value.SignInsPerMinuteAndAccount
    );
    private readonly PartitionedRateLimiter<string> _passwordChecks = PerMinute(
        options.Value.SignInsPerMinuteAndAccount
    );
    private readonly PartitionedRateLimiter<string> _exports = PerMinute(
        options.Value.ExportsPerMinute
    );
    private readonly ConcurrencyLimiter _runningExports = new(
        new ConcurrencyLimiterOptions { PermitLimit = options.Value.ExportsAtOnce }
    );
    private readonly PartitionedRateLimiter<string> _signUpsByAddress = PerMinute(
        options.Value.SignUpsPerMinuteAndAddress
    );
    private readonly PartitionedRateLimiter<string> _signUpsByAccount = PerMinute(
        options.Value.SignUpsPerMinuteAndAccount
    );

    /// <returns>The refusal, or null where the attempt is allowed.</returns>
    public Problem? RefuseSignIn(string address) => Take(_signInsByAddress, address);

    /// <summary>
    /// An address that the account knows has a bucket of its own: a crowd of strangers that guess
    /// the password empties theirs, and the owner still gets in.
    /// </summary>
    /// <returns>The refusal, or null where the attempt is allowed.</returns>
    public Problem? RefuseSignIn(SignInGuard.Attempt attempt, bool isKnown) =>
        Take(
            _signInsByAccount,
            isKnown ? $"{attempt.NormalizedEmail} {attempt.Address}" : attempt.NormalizedEmail
        );

    /// <summary>
    /// Whoever has stolen a token and guesses the password takes nothing from the owner's sign-ins,
    /// nor from what the owner may ask in another session.
    /// </summary>
    /// <returns>The refusal, or null where the attempt is allowed.</returns>
    public Problem? RefusePasswordCheck(long customerId, Guid? session) =>
        Take(
            _passwordChecks,
            string.Create(CultureInfo.InvariantCulture, $"{customerId} {session}")
        );

    /// <summary>An export reads much.</summary>
    /// <returns>The refusal; or the place that it takes until it is disposed of.</returns>
    public (Problem? Refusal, IDisposable? Place) BeginExport(long customerId)
    {
        var place = _runningExports.AttemptAcquire();
        var refusal = place.IsAcquired
            ? Take(_exports, customerId.ToString(CultureInfo.InvariantCulture))
            : ExportAccount.TooBusy();
        if (refusal is null)
            return (null, place);

        place.Dispose();
        return (refusal, null);
    }

    /// <returns>The refusal, or null where the attempt is allowed.</returns>
    public Problem? RefuseSignUp(HttpContext http, string email) =>
        Take(_signUpsByAddress, client.Of(http)) ?? Take(_signUpsByAccount, Account(email));

    public void Dispose()
    {
        _signInsByAddress.Dispose();
        _signInsByAccount.Dispose();
        _passwordChecks.Dispose();
        _exports.Dispose();
        _runningExports.Dispose();
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
}
