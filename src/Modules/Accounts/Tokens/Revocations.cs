using System.Collections.Concurrent;
using System.Diagnostics;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Accounts;

/// <summary>
/// Which access tokens are refused before their time. Every host follows
/// <c>accounts.revocations</c> once a second, so that a request costs no query; one that finds the
/// list older than five seconds reads it first.
/// </summary>
internal sealed class Revocations(
    NpgsqlDataSource dataSource,
    TimeProvider clock,
    IOptions<AccountsOptions> options
) : IDisposable
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _sessions = new();
    private readonly ConcurrentDictionary<long, (int Version, DateTimeOffset At)> _versions = new();
    private readonly SemaphoreSlim _reading = new(1);

    // All transactions below this one were seen, or will never be.
    private string _horizon = "0";
    private long _readAt;

    /// <summary>Whether the token of this session and version is refused.</summary>
    /// <exception cref="NpgsqlException">
    /// The list is too old, and the database cannot be reached.
    /// </exception>
    public async ValueTask<bool> ContainsAsync(
        Guid sessionId,
        long customerId,
        int tokenVersion,
        CancellationToken stop
    )
    {
        if (IsTooOld)
            await ReadOnceAsync(stop);
        return _sessions.ContainsKey(sessionId)
            || (_versions.TryGetValue(customerId, out var least) && tokenVersion < least.Version);
    }

    /// <summary>Takes effect on this host at once, on the others when they read it.</summary>
    public void Add(Revocation revocation)
    {
        var now = clock.GetUtcNow();
        if (revocation.SessionId is { } session)
            _sessions[session] = now;
        if (revocation is { CustomerId: { } customer, TokenVersion: { } version })
        {
            _versions.AddOrUpdate(
                customer,
                (version, now),
                (_, known) => (Math.Max(known.Version, version), now)
            );
        }
    }

    /// <summary>Reads what was committed since the last time.</summary>
    public async Task ReadAsync(CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        await using var command = dataSource.CreateCommand(
            """
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text,
                r.session_id, r.customer_id, r.token_version
            FROM (SELECT) AS one LEFT JOIN accounts.revocations r ON r.xid >= $1::text::xid8
            """
        );
        command.Parameters.AddWithValue(_horizon);
        await using var rows = await command.ExecuteReaderAsync(stop);
        var horizon = _horizon;
        while (await rows.ReadAsync(stop))
        {
            horizon = rows.GetString(0);
            if (!await rows.IsDBNullAsync(1, stop))
                Add(Revocation.OfSession(rows.GetGuid(1)));
            else if (!await rows.IsDBNullAsync(2, stop))
                Add(Revocation.OfTokensBefore(rows.GetInt64(2), rows.GetInt32(3)));
        }

        _horizon = horizon;
        Volatile.Write(ref _readAt, started);
    }

    /// <summary>
    /// Forgets, here and in the tables, what concerns only tokens that have expired, and old news
    /// of sign-ins.
    /// </summary>
    public async Task ForgetExpiredAsync(CancellationToken stop)
    {
        var lifetime = TimeSpan.FromSeconds(options.Value.AccessTokenSeconds) + MaxAge * 2;
        var expired = clock.GetUtcNow() - lifetime;
        foreach (var (session, at) in _sessions)
        {
            if (at < expired)
                _sessions.TryRemove(session, out _);
        }

        foreach (var (customer, (_, at)) in _versions)
        {
            if (at < expired)
                _versions.TryRemove(customer, out _);
        }

        await using var command = dataSource.CreateCommand(
            """
            WITH sessions AS (DELETE FROM accounts.sessions
                    WHERE expires_at < (SELECT clock.now())),
                failures AS (DELETE FROM accounts.sign_in_failures
                    WHERE failed_at < (SELECT clock.now()) - $2),
                addresses AS (DELETE FROM accounts.known_addresses
                    WHERE seen_at < (SELECT clock.now()) - make_interval(days => $3))
            DELETE FROM accounts.revocations
            WHERE revoked_at < (SELECT clock.now()) - make_interval(secs => $1)
            """
        );
        command.Parameters.AddWithValue(lifetime.TotalSeconds);
        command.Parameters.AddWithValue(SignInGuard.FailuresKept);
        command.Parameters.AddWithValue(options.Value.KnownAddressDays);
        await command.ExecuteNonQueryAsync(stop);
    }

    public void Dispose() => _reading.Dispose();

    private bool IsTooOld => Stopwatch.GetElapsedTime(Volatile.Read(ref _readAt)) > MaxAge;

    private async Task ReadOnceAsync(CancellationToken stop)
    {
        await _reading.WaitAsync(stop);
        try
        {
            if (IsTooOld)
                await ReadAsync(stop);
        }
        finally
        {
            _reading.Release();
        }
    }
}

/// <summary>Keeps this host's list of revocations fresh, and both it and the table short.</summary>
internal sealed class FollowRevocations(
    Revocations revocations,
    DatabaseReady ready,
    IOptions<AccountsOptions> options,
    ILogger<FollowRevocations> logger
) : RepeatedWork(ready, logger)
{
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromMinutes(1);

    private long _cleanedAt = Stopwatch.GetTimestamp();

    protected override TimeSpan Interval =>
        TimeSpan.FromMilliseconds(options.Value.RevocationIntervalMilliseconds);

    /// <remarks>
    /// While it fails, requests with a token are refused once the list is too old.
    /// </remarks>
    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        await revocations.ReadAsync(stop);
        if (Stopwatch.GetElapsedTime(_cleanedAt) < CleaningInterval)
            return;

        _cleanedAt = Stopwatch.GetTimestamp();
        await revocations.ForgetExpiredAsync(stop);
    }
}
