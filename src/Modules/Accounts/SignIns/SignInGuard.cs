using System.Security.Cryptography;
using System.Text;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>
/// Who may try a password, over all hosts. Failures lock an account for the address, or the
/// session, that they came from, and for no other: whoever guesses locks out themselves, not the
/// owner.
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

    private const string ForgetSql =
        "DELETE FROM accounts.sign_in_failures WHERE account = $1 AND address = $2";

    /// <remarks>
    /// The lockout of the count that the statement makes, from a list of all; none before its
    /// first. In one statement, and not while it is locked: of failures at once no more are counted
    /// than lock.
    /// </remarks>
    private const string CountSql = """
        INSERT INTO accounts.sign_in_failures AS f
            (account, address, failures, failed_at, locked_until)
        VALUES ($1, $2, 1, clock.now(), clock.now() + ($5::interval[])[2 - $4])
        ON CONFLICT (account, address) DO UPDATE
        SET failed_at = excluded.failed_at, (failures, locked_until) = (
            SELECT count,
                excluded.failed_at + ($5::interval[])[least(count - $4 + 1, cardinality($5))]
            FROM (SELECT CASE WHEN f.failed_at > excluded.failed_at - $3 THEN f.failures + 1
                ELSE 1 END AS count) AS next)
        WHERE f.locked_until IS NULL OR f.locked_until <= excluded.failed_at
        """;

    private readonly AccountsOptions _options = options.Value;

    /// <summary>
    /// An account, as it was typed, and where somebody signs in to it from; or the session in which
    /// somebody who is signed in shows the password.
    /// </summary>
    internal sealed record Attempt(string NormalizedEmail, string Address)
    {
        public byte[] Account => AccountOf(NormalizedEmail);

        public static Attempt InSession(string normalizedEmail, Guid? session) =>
            new(normalizedEmail, $"session {session}");
    }

    public static byte[] AccountOf(string normalizedEmail) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(normalizedEmail));

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

    /// <summary>
    /// One more wrong password; from a certain number on it locks. Of one that was under way then,
    /// nobody learns that it was wrong.
    /// </summary>
    /// <returns>0 where it is counted; otherwise for how long others have locked.</returns>
    public async Task<int> NoteFailureAsync(Attempt attempt, CancellationToken stop)
    {
        await using var count = dataSource.CreateCommand(CountSql);
        count.Parameters.AddWithValue(attempt.Account);
        count.Parameters.AddWithValue(attempt.Address);
        count.Parameters.AddWithValue(FailuresKept);
        count.Parameters.AddWithValue(_options.SignInFailuresBeforeLockout);
        count.Parameters.AddWithValue(_options.Lockouts().ToArray());
        return await count.ExecuteNonQueryAsync(stop) > 0
            ? 0
            : Math.Max(1, (await FindAsync(attempt, stop)).LockedSeconds);
    }

    /// <summary>In the active unit of work, for a right password that was under way.</summary>
    /// <returns>0 where it is not locked.</returns>
    public async Task<int> LockedSecondsAsync(Attempt attempt, CancellationToken stop)
    {
        await using var find = new NpgsqlCommand(
            """
            SELECT coalesce(max(ceil(extract(epoch FROM locked_until - clock.now()))), 0)::int
            FROM accounts.sign_in_failures WHERE account = $1 AND address = $2
            """,
            work.Connection
        );
        find.Parameters.AddWithValue(attempt.Account);
        find.Parameters.AddWithValue(attempt.Address);
        return Math.Max(0, (int)(await find.ExecuteScalarAsync(stop))!);
    }

    /// <summary>The right password ends the count.</summary>
    public async Task ForgetFailuresAsync(Attempt attempt, CancellationToken stop)
    {
        await using var forget = dataSource.CreateCommand(ForgetSql);
        forget.Parameters.AddWithValue(attempt.Account);
        forget.Parameters.AddWithValue(attempt.Address);
        await forget.ExecuteNonQueryAsync(stop);
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
        await using var forget = new NpgsqlCommand(ForgetSql, work.Connection);
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
