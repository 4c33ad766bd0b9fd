using System.Security.Cryptography;
using System.Text;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>
/// Who may try a password, over all hosts. Failures lock an account for the address that they came
/// from, and for no other: whoever guesses locks out themselves, not the owner.
/// </summary>
/// <remarks>No connection is kept while a password is hashed.</remarks>
internal sealed class SignInGuard(
    NpgsqlDataSource dataSource,
    UnitOfWork work,
    IOptions<AccountsOptions> options
)
{
    /// <summary>Without a failure for so long, the count begins anew.</summary>
    public static readonly TimeSpan FailuresKept = TimeSpan.FromDays(1);

    private readonly AccountsOptions _options = options.Value;

    /// <summary>An account, as it was typed, and where somebody signs in to it from.</summary>
    internal sealed record Attempt(string NormalizedEmail, string Address)
    {
        public byte[] Account => SHA256.HashData(Encoding.UTF8.GetBytes(NormalizedEmail));
    }

    /// <param name="LockedSeconds">0 where it is not locked.</param>
    /// <param name="IsKnown">The account was signed in to from there before.</param>
    internal sealed record Standing(int LockedSeconds, int Failures, bool IsKnown);

    public async Task<Standing> FindAsync(Attempt attempt, CancellationToken stop)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT coalesce(max(ceil(extract(epoch FROM f.locked_until - clock.now()))), 0)::int,
                coalesce(max(f.failures), 0),
                EXISTS (
                    SELECT FROM accounts.known_addresses k
                    JOIN accounts.customers c ON c.id = k.customer_id
                    WHERE c.normalized_email = $3 AND k.address = $2)
            FROM accounts.sign_in_failures f
            WHERE f.account = $1 AND f.address = $2
                AND f.failed_at > (SELECT clock.now()) - $4
            """
        );
        command.Parameters.AddWithValue(attempt.Account);
        command.Parameters.AddWithValue(attempt.Address);
        command.Parameters.AddWithValue(attempt.NormalizedEmail);
        command.Parameters.AddWithValue(FailuresKept);
        await using var row = await command.ExecuteReaderAsync(stop);
        await row.ReadAsync(stop);
        return new Standing(Math.Max(0, row.GetInt32(0)), row.GetInt32(1), row.GetBoolean(2));
    }

    /// <summary>One more wrong password; from a certain number on it locks.</summary>
    public async Task NoteFailureAsync(Attempt attempt, CancellationToken stop)
    {
        await using var count = dataSource.CreateCommand(
            """
            INSERT INTO accounts.sign_in_failures AS f (account, address, failures, failed_at)
            VALUES ($1, $2, 1, clock.now())
            ON CONFLICT (account, address) DO UPDATE
            SET failed_at = excluded.failed_at,
                failures = CASE WHEN f.failed_at > excluded.failed_at - $3
                    THEN f.failures + 1 ELSE 1 END
            RETURNING failures
            """
        );
        count.Parameters.AddWithValue(attempt.Account);
        count.Parameters.AddWithValue(attempt.Address);
        count.Parameters.AddWithValue(FailuresKept);
        var failures = (int)(await count.ExecuteScalarAsync(stop))!;
        if (_options.LockoutAfter(failures) is not { } lockout)
            return;

        await using var close = dataSource.CreateCommand(
            """
            UPDATE accounts.sign_in_failures SET locked_until = clock.now() + $3
            WHERE account = $1 AND address = $2
            """
        );
        close.Parameters.AddWithValue(attempt.Account);
        close.Parameters.AddWithValue(attempt.Address);
        close.Parameters.AddWithValue(lockout);
        await close.ExecuteNonQueryAsync(stop);
    }

    /// <summary>
    /// The right password ends the count, and the address is the owner's from now on.
    /// </summary>
    public async Task NoteSuccessAsync(
        Attempt attempt,
        Standing standing,
        long customerId,
        CancellationToken stop
    )
    {
        await using var forget = new NpgsqlCommand(
            "DELETE FROM accounts.sign_in_failures WHERE account = $1 AND address = $2",
            work.Connection
        );
        forget.Parameters.AddWithValue(attempt.Account);
        forget.Parameters.AddWithValue(attempt.Address);
        if (standing.Failures > 0)
            await forget.ExecuteNonQueryAsync(stop);

        // A day is exact enough: most sign-ins write nothing.
        await using var remember = new NpgsqlCommand(
            """
            INSERT INTO accounts.known_addresses AS k (customer_id, address, seen_at)
            VALUES ($1, $2, clock.now())
            ON CONFLICT (customer_id, address) DO UPDATE SET seen_at = excluded.seen_at
            WHERE k.seen_at < excluded.seen_at - interval '1 day'
            """,
            work.Connection
        );
        remember.Parameters.AddWithValue(customerId);
        remember.Parameters.AddWithValue(attempt.Address);
        await remember.ExecuteNonQueryAsync(stop);
    }
}
