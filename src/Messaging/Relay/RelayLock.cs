using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Makes one host of all the relay: a session's advisory lock on a connection of its own, which the
/// server ends, lock and all, when it hears nothing from it for a few seconds.
/// </summary>
internal sealed class RelayLock : IAsyncDisposable
{
    /// <summary>Any number, the same in every host.</summary>
    private const long Key = 0x72656c6179;

    private readonly NpgsqlConnection _connection;

    private RelayLock(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Returns when no other host has it, however long that takes.</summary>
    public static async Task<RelayLock> TakeAsync(
        NpgsqlDataSource dataSource,
        RelayOptions options,
        CancellationToken stop
    )
    {
        var connection = await OpenAsync(dataSource, options, stop);
        try
        {
            // Trying, not waiting: a statement that waits keeps a
            // snapshot, and vacuum from its work.
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT pg_try_advisory_lock({Key})";
            while (await command.ExecuteScalarAsync(stop) is not true)
                await Task.Delay(options.RetryMilliseconds, stop);
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
    /// <exception cref="NpgsqlException">The connection, and with it the lock, is lost.</exception>
    /// <exception cref="RelayDeposedException">
    /// The epoch has been raised, by a successor or by <c>messaging.relay_again()</c>: an idle
    /// relay, which records nothing, would not notice.
    /// </exception>
    public async Task BeatAsync(TimeSpan interval, Func<long> epoch, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(stop))
        {
            var held = epoch();
            await using var command = _connection.CreateCommand();
            command.CommandText = "SELECT epoch FROM messaging.relay_position";
            if (await command.ExecuteScalarAsync(stop) is long now && held != 0 && now != held)
                throw new RelayDeposedException();
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

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
