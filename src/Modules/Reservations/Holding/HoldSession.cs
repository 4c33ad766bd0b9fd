using ConcertReservation.BuildingBlocks.Data;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// The writer's own connection, its prepared statements and its block of
/// reservation ids. Not thread-safe.
/// </summary>
internal sealed class HoldSession(NpgsqlDataSource dataSource, ReservationsOptions options)
    : IDisposable
{
    /// <summary>The step of the sequence; at least the largest batch.</summary>
    private const int IdBlockSize = 1024;

    private const int MaxAttempts = 10;

    /// <summary>
    /// A host that stands still in the middle of a batch must not hold the locks for long: the
    /// database ends its transaction, and with it the wait of the others.
    /// </summary>
    private const int IdleInTransactionMilliseconds = 3000;

    private NpgsqlConnection? _connection;
    private long _nextId;
    private long _idsLeft;

    /// <summary>
    /// Decides the holds and commits. A deadlock is tried again, and so is a lost connection, once:
    /// if the commit was lost with it, the keys tell.
    /// </summary>
    public async Task<IReadOnlyList<HoldAnswer>> DecideAsync(IReadOnlyList<HoldCommand> commands)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryDecideAsync(commands);
            }
            catch (NpgsqlException e)
            {
                await RollbackAsync(e);
                var again = DatabaseFaults.IsConflict(e)
                    ? attempt < MaxAttempts
                    : DatabaseFaults.IsAway(e) && attempt == 1;
                if (!again)
                    throw;
            }
            catch
            {
                Disconnect();
                throw;
            }
        }
    }

    /// <summary>What stands in the way of some of them at this moment.</summary>
    public async Task<BlockedHolds> FindBlockedAsync(IReadOnlyList<HoldCommand> commands)
    {
        try
        {
            var stop = CancellationToken.None;
            return await BlockedHolds.FindAsync(
                _connection ??= await ConnectAsync(stop),
                commands,
                stop
            );
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    public void Dispose() => Disconnect();

    private async Task<IReadOnlyList<HoldAnswer>> TryDecideAsync(
        IReadOnlyList<HoldCommand> commands
    )
    {
        // Once begun, a batch is finished, also while the host stops: its
        // customers wait for the answer.
        var stop = CancellationToken.None;
        var connection = _connection ??= await ConnectAsync(stop);
        await ReserveIdsAsync(connection, commands.Count, stop);

        var facts = await HoldBatch.LockAndReadAsync(connection, commands, stop);
        var decisions = new HoldDecisions(facts, NextId);
        var answers = commands.Select(decisions.Decide).ToArray();
        if (decisions.Holds.Count > 0)
            await HoldBatch.WriteAndCommitAsync(connection, decisions.Holds, facts.Now, stop);
        else
            await connection.ExecuteAsync("ROLLBACK", stop);
        return answers;
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken stop)
    {
        var connection = await dataSource.OpenConnectionAsync(stop);
        // Plans by index, row by row, whatever the size of the tables and the number of ids that
        // the first batches happen to have.
        await connection.ExecuteAsync(
            $"""
            SET plan_cache_mode = force_generic_plan;
            SET enable_seqscan = off;
            SET enable_hashjoin = off;
            SET enable_mergejoin = off;
            SET lock_timeout = {options.HoldLockTimeoutMilliseconds};
            SET idle_in_transaction_session_timeout = {IdleInTransactionMilliseconds};
            """,
            stop
        );
        return connection;
    }

    /// <summary>Before the locks: nobody waits for another connection while holding them.</summary>
    private async Task ReserveIdsAsync(
        NpgsqlConnection connection,
        int count,
        CancellationToken stop
    )
    {
        if (_idsLeft >= count)
            return;

        await using var command = new NpgsqlCommand(
            "SELECT nextval('reservations.reservation_ids')",
            connection
        );
        _nextId = (long)(await command.ExecuteScalarAsync(stop))!;
        _idsLeft = IdBlockSize;
    }

    private long NextId()
    {
        _idsLeft--;
        return _nextId++;
    }

    private async Task RollbackAsync(NpgsqlException exception)
    {
        if (_connection is not { } connection)
            return;

        if (exception is not PostgresException || DatabaseFaults.IsAway(exception))
        {
            Disconnect();
            return;
        }

        try
        {
            await connection.ExecuteAsync("ROLLBACK", CancellationToken.None);
        }
        catch (NpgsqlException)
        {
            // The connection is of no more use; the database rolls back when it is gone.
            Disconnect();
        }
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
