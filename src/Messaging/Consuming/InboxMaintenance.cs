using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Makes the inbox's partitions ahead and drops those of ids that are kept no longer, and deletes
/// dead letters that were decided as long ago; one host at a time. Partitions are built apart and
/// attached, and detached concurrently: neither waits for readers with a lock that stops every
/// consumer, and a lock not had at once is tried for again at the next round.
/// </summary>
internal sealed partial class InboxMaintenance(
    NpgsqlDataSource dataSource,
    DatabaseReady ready,
    ILogger<InboxMaintenance> log
) : RepeatedWork(ready, log), IDatabasePreparation
{
    /// <summary>The advisory lock of whoever maintains the inbox.</summary>
    private const long LockKey = 0x494E424F58;

    /// <summary>Rows deleted by one statement.</summary>
    private const int DeleteRows = 10_000;

    private const string PartitionsSql = """
        SELECT child.relname, part.inhdetachpending FROM pg_inherits AS part
        JOIN pg_class AS child ON child.oid = part.inhrelid
        WHERE part.inhparent = 'messaging.inbox'::regclass
        """;

    private const string DeleteForeignSql = """
        DELETE FROM messaging.inbox_foreign WHERE ctid IN (
            SELECT ctid FROM messaging.inbox_foreign
            WHERE received_at < (SELECT clock_timestamp()) - $1 LIMIT $2)
        """;

    /// <summary>Decided ones; until then a rewind may bring their records again.</summary>
    private const string DeleteLettersSql = """
        DELETE FROM messaging.dead_letters WHERE dead_letter_id IN (
            SELECT dead_letter_id FROM messaging.dead_letters
            WHERE resolved_at < (SELECT clock_timestamp()) - $1 LIMIT $2)
        """;

    private readonly ILogger _log = log;

    /// <summary>Partitions are made weeks ahead: there is time until the next round.</summary>
    protected override TimeSpan Interval => TimeSpan.FromHours(1);

    /// <summary>Before any host consumes: the partitions must be there.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        await connection.ExecuteAsync($"SELECT pg_advisory_lock({LockKey})", stop);
        try
        {
            await MakeAheadAsync(connection, stop);
        }
        finally
        {
            await ReleaseAsync(connection);
        }
    }

    /// <summary>One round, unless another host is at it.</summary>
    public async Task MaintainAsync(CancellationToken stop)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        if (!await AskAsync(connection, $"SELECT pg_try_advisory_lock({LockKey})", stop))
            return;

        try
        {
            await connection.ExecuteAsync("SET lock_timeout = '1s'", stop);
            await MakeAheadAsync(connection, stop);
            await DeleteAsync(connection, DeleteForeignSql, stop);
            await DeleteAsync(connection, DeleteLettersSql, stop);
            await DropPastAsync(connection, stop);
        }
        finally
        {
            await ReleaseAsync(connection);
        }
    }

    protected override Task RunOnceAsync(CancellationToken stop) => MaintainAsync(stop);

    /// <summary>
    /// The pool keeps the connection: neither the lock nor the setting may stay on it.
    /// </summary>
    private static async Task ReleaseAsync(NpgsqlConnection connection)
    {
        if (connection.State != System.Data.ConnectionState.Open)
            return;

        var end = $"RESET lock_timeout; SELECT pg_advisory_unlock({LockKey})";
        await connection.ExecuteAsync(end, CancellationToken.None);
    }

    private static async Task MakeAheadAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        var existing = await PartitionsAsync(connection, stop);
        var now = await NowAsync(connection, stop);
        foreach (var start in InboxPartitions.Wanted(now))
        {
            var name = InboxPartitions.NameOf(start);
            if (existing.ContainsKey(name))
                continue;

            var from = InboxPartitions.LowestId(start);
            var to = InboxPartitions.LowestId(start + InboxPartitions.Width);
            // The constraint says what attaching would otherwise read the table for.
            var sql = $"""
                DROP TABLE IF EXISTS messaging.{name};
                CREATE TABLE messaging.{name} (LIKE messaging.inbox INCLUDING ALL,
                    CONSTRAINT bounds CHECK (event_id >= '{from}' AND event_id < '{to}'));
                ALTER TABLE messaging.inbox ATTACH PARTITION messaging.{name}
                    FOR VALUES FROM ('{from}') TO ('{to}');
                ALTER TABLE messaging.{name} DROP CONSTRAINT bounds;
                """;
            await connection.ExecuteAsync(sql, stop);
        }
    }

    private async Task DropPastAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        var now = await NowAsync(connection, stop);
        var days = await new OutboxPartitions(connection).ListAsync(stop);
        var partitions = await PartitionsAsync(connection, stop);
        // Pending ones first: while one is, no other can be detached.
        foreach (var (name, isDetaching) in partitions.OrderByDescending(p => p.Value))
        {
            if (!InboxPartitions.TryParseName(name, out var start))
                continue;
            if (!isDetaching && !InboxPartitions.IsPast(start, now))
                continue;
            // What the outbox still keeps may be sent again, however old it is.
            if (!isDetaching && days.Any(d => InboxPartitions.MayHaveIdsOf(start, d.Day.From)))
                continue;

            // A host that died in the midst of a detach left it pending.
            var how = isDetaching ? "FINALIZE" : "CONCURRENTLY";
            await connection.ExecuteAsync(
                $"ALTER TABLE messaging.inbox DETACH PARTITION messaging.{name} {how}",
                stop
            );
            await connection.ExecuteAsync($"DROP TABLE messaging.{name}", stop);
            LogDropped(name);
        }
    }

    private static async Task DeleteAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken stop
    )
    {
        int deleted;
        do
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddWithValue(InboxPartitions.Keep);
            command.Parameters.AddWithValue(DeleteRows);
            deleted = await command.ExecuteNonQueryAsync(stop);
        } while (deleted == DeleteRows);
    }

    private static async Task<Dictionary<string, bool>> PartitionsAsync(
        NpgsqlConnection connection,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(PartitionsSql, connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var partitions = new Dictionary<string, bool>(StringComparer.Ordinal);
        while (await reader.ReadAsync(stop))
            partitions[reader.GetString(0)] = reader.GetBoolean(1);
        return partitions;
    }

    /// <summary>
    /// The machine's time, not the shifted clock of a test: where an id is kept is no business.
    /// </summary>
    private static async Task<DateTimeOffset> NowAsync(
        NpgsqlConnection connection,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(stop))!);
    }

    private static async Task<bool> AskAsync(
        NpgsqlConnection connection,
        string sql,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }

    [LoggerMessage(LogLevel.Information, "Dropped {Partition} of the inbox")]
    private partial void LogDropped(string partition);
}
