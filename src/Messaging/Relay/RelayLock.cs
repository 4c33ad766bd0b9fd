using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// This host cannot bring anything to Kafka, and another one waits that says it can.
/// </summary>
internal sealed class RelayYieldsException()
    : Exception("This host does not reach Kafka, and another one is ready to relay.");

/// <summary>
/// Makes one host of all the relay: a session's advisory lock on a connection of its own, which the
/// server ends, lock and all, when it hears nothing from it for a few seconds.
/// </summary>
/// <remarks>
/// While they wait, hosts that reach Kafka share a second lock, so that one which does not knows
/// whether there is a better one: without any, it is the relay all the same.
/// </remarks>
internal sealed class RelayLock : IAsyncDisposable
{
    /// <summary>Any number, the same in every host.</summary>
    private const long Key = 0x72656c6179;

    /// <summary>Another one; PostgreSQL shows its lower half as objid.</summary>
    private const long HeirKey = 0x68656972;

    private static readonly string OtherHeirs = $"""
        EXISTS (SELECT FROM pg_locks
            WHERE locktype = 'advisory' AND classid = 0 AND objid = {HeirKey} AND objsubid = 1
                AND granted AND pid <> pg_backend_pid()
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        """;

    private static readonly string TrySql = $"SELECT pg_try_advisory_lock({Key})";

    // Asked first, in this order: a lock that was taken stays.
    private static readonly string TryLastSql =
        $"SELECT CASE WHEN {OtherHeirs} THEN false ELSE pg_try_advisory_lock({Key}) END";

    /// <summary>Never waits: nobody takes it for himself.</summary>
    private static readonly string BeHeirSql = $"SELECT pg_advisory_lock_shared({HeirKey})";

    private static readonly string BeNoHeirSql = $"SELECT pg_advisory_unlock_shared({HeirKey})";

    private readonly NpgsqlConnection _connection;

    private RelayLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Returns when no other host has it, however long that takes.</summary>
    /// <param name="reachesKafka">
    /// Asked before each attempt; one that does not goes behind all others.
    /// </param>
    public static async Task<RelayLock> TakeAsync(
        NpgsqlDataSource dataSource,
        RelayOptions options,
        Func<bool> reachesKafka,
        CancellationToken stop
    )
    {
        var connection = await OpenAsync(dataSource, options, stop);
        try
        {
            var isHeir = false;
            while (true)
            {
                if (reachesKafka() != isHeir)
                {
                    isHeir = !isHeir;
                    await AskAsync(connection, isHeir ? BeHeirSql : BeNoHeirSql, stop);
                }

                // Trying, not waiting: a statement that waits keeps a
                // snapshot, and vacuum from its work.
                if (await AskAsync(connection, isHeir ? TrySql : TryLastSql, stop))
                    break;

                await Task.Delay(options.RetryMilliseconds, stop);
            }

            if (isHeir)
                await AskAsync(connection, BeNoHeirSql, stop);
            return new RelayLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Shows life until stopped.</summary>
    /// <param name="epoch">The holder's; 0 before it has one.</param>
    /// <param name="isStalled">Whether the holder is waiting for Kafka for too long.</param>
    /// <exception cref="NpgsqlException">The connection, and with it the lock, is lost.</exception>
    /// <exception cref="RelayDeposedException">
    /// The epoch has been raised, by a successor or by <c>messaging.relay_again()</c>: an idle
    /// relay, which records nothing, would not notice.
    /// </exception>
    /// <exception cref="RelayYieldsException">Another host may do better.</exception>
    public async Task BeatAsync(
        TimeSpan interval,
        Func<long> epoch,
        Func<bool> isStalled,
        CancellationToken stop
    )
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stop))
        {
            var held = epoch();
            await using var command = _connection.CreateCommand();
            command.CommandText = "SELECT epoch FROM messaging.relay_position";
            if (await command.ExecuteScalarAsync(stop) is long now && held != 0 && now != held)
                throw new RelayDeposedException();
            if (isStalled() && await AskAsync(_connection, $"SELECT {OtherHeirs}", stop))
                throw new RelayYieldsException();
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<bool> AskAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken stop
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(stop) is true;
    }

    private static async Task<NpgsqlConnection> OpenAsync(
        NpgsqlDataSource dataSource,
        RelayOptions options,
        CancellationToken stop
    )
    {
        // Not of the pool: closing it must end the session, and no booking may inherit its timeout.
        await using var pooled = dataSource.CreateConnection();
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString)
        {
            Pooling = false,
            ApplicationName = "ConcertReservation relay",
            CommandTimeout = Math.Max(1, options.LockIdleMilliseconds / 1000),
        };
        settings.Options =
            $"{settings.Options} -c idle_session_timeout={options.LockIdleMilliseconds}".Trim();
        var connection = await pooled.CloneWithAsync(settings.ConnectionString, stop);
        await connection.OpenAsync(stop);
        return connection;
    }
}
