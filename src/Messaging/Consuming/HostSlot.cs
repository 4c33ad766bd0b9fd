using System.Data;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// The number of this host among those that run now, for <c>group.instance.id</c>: unique while
/// they run, and the lowest free one, so that a host that comes back after a crash gets its old
/// partitions at once. An advisory lock of the session holds it; a host that dies loses it with its
/// connection.
/// </summary>
internal sealed partial class HostSlot(
    NpgsqlDataSource dataSource,
    DatabaseReady ready,
    ILogger<HostSlot> log
) : RepeatedWork(ready, log)
{
    /// <summary>The lock's class; the slot is its object.</summary>
    private const int LockClass = 0x534C4F54;

    private const int MaxHosts = 1000;

    private readonly ILogger _log = log;
    private readonly SemaphoreSlim _gate = new(1);
    private NpgsqlConnection? _holder;
    private int? _slot;

    protected override TimeSpan Interval => TimeSpan.FromSeconds(2);

    /// <summary>This host's number; the same as before where nobody took it meanwhile.</summary>
    public async Task<int> TakeAsync(CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            if (_slot is { } held && await IsHeldAsync(stop))
                return held;

            await DropAsync();
            _holder = await dataSource.OpenConnectionAsync(stop);
            var wanted = _slot is { } before ? [before, .. AllSlots()] : AllSlots();
            foreach (var slot in wanted)
            {
                if (!await TryLockAsync(_holder, slot, stop))
                    continue;

                if (_slot != slot)
                    LogTaken(slot);
                _slot = slot;
                return slot;
            }

            throw new InvalidOperationException($"More than {MaxHosts} hosts run.");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Somebody else uses our number: take another one.</summary>
    public async Task GiveUpAsync(CancellationToken stop)
    {
        await _gate.WaitAsync(stop);
        try
        {
            await DropAsync();
            _slot = null;
        }
        finally
        {
            _gate.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await DropAsync();
    }

    public override void Dispose()
    {
        _gate.Dispose();
        base.Dispose();
    }

    /// <summary>
    /// Keeps the lock through restarts of the database, before a new host takes the number.
    /// </summary>
    protected override Task RunOnceAsync(CancellationToken stop) => TakeAsync(stop);

    private static IEnumerable<int> AllSlots() => Enumerable.Range(0, MaxHosts);

    private static async Task<bool> TryLockAsync(
        NpgsqlConnection connection,
        int slot,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_try_advisory_lock($1, $2)",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = LockClass });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = slot });
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }

    private async Task<bool> IsHeldAsync(CancellationToken stop)
    {
        if (_holder is not { State: ConnectionState.Open })
            return false;

        try
        {
            await using var command = new NpgsqlCommand("SELECT 1", _holder);
            await command.ExecuteScalarAsync(stop);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return false;
        }
    }

    private async Task DropAsync()
    {
        var holder = _holder;
        _holder = null;
        if (holder is null)
            return;

        try
        {
            // The pool keeps the connection: the lock must not stay on it.
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", holder);
            if (holder.State == ConnectionState.Open)
                await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The connection is broken, and the lock went with it.
        }

        await holder.DisposeAsync();
    }

    [LoggerMessage(LogLevel.Information, "This host is number {Slot} of the consumer groups")]
    private partial void LogTaken(int slot);
}
