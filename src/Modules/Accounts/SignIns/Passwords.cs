using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Accounts;

/// <summary>
/// Identity's password hashes, as many at a time as there are cores: a hash costs
/// tens of milliseconds of one, and a crowd that signs in must not take all
/// threads from the crowd that books.
/// </summary>
internal sealed class Passwords(IPasswordHasher<Customer> hasher, IOptions<AccountsOptions> options)
    : IDisposable
{
    private readonly ConcurrencyLimiter _cores = new(
        new ConcurrencyLimiterOptions
        {
            PermitLimit = Environment.ProcessorCount,
            QueueLimit = options.Value.PasswordQueueLength,
        }
    );

    /// <summary>
    /// Compared against where there is no such account, so that the answer takes as long.
    /// </summary>
    private readonly Lazy<string> _nobodys = new(() =>
        hasher.HashPassword(new Customer(), Guid.NewGuid().ToString())
    );

    /// <returns>null where too many wait already.</returns>
    public async Task<string?> HashAsync(Customer customer, string password, CancellationToken stop)
    {
        using var core = await _cores.AcquireAsync(1, stop);
        return core.IsAcquired ? hasher.HashPassword(customer, password) : null;
    }

    /// <param name="customer">null where there is no such account: then it is never right.</param>
    /// <returns>null where too many wait already.</returns>
    public async Task<bool?> IsRightAsync(
        Customer? customer,
        string password,
        CancellationToken stop
    )
    {
        using var core = await _cores.AcquireAsync(1, stop);
        if (!core.IsAcquired)
            return null;

        var hash = customer?.PasswordHash ?? _nobodys.Value;
        var result = hasher.VerifyHashedPassword(customer ?? new Customer(), hash, password);
        return customer is not null && result != PasswordVerificationResult.Failed;
    }

    public void Dispose() => _cores.Dispose();
}
