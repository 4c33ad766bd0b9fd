using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Makes the outbox's days ahead and drops those that are relayed, applied by every group of ours
/// and old enough; one host at a time, and never in the way of a booking.
/// </summary>
internal sealed partial class OutboxMaintenance(
    NpgsqlDataSource dataSource,
    DatabaseReady ready,
    KafkaClients clients,
    KafkaCluster cluster,
    IEnumerable<ConsumerGroup> groups,
    IOptions<OutboxOptions> options,
    ILogger<OutboxMaintenance> logger
) : RepeatedWork(ready, logger), IDatabasePreparation
{
    /// <summary>Any number, the same in every host.</summary>
    internal const long LockKey = 0x6f7574626f78;

    /// <summary>After a lock could not be had or Kafka not be asked.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    /// <summary>The server gives a stopped host's turn to the next after this long.</summary>
    private const int IdleSeconds = 60;

    private readonly ILogger _logger = logger;
    private readonly ConsumerGroup[] _groups = [.. groups];
    private bool _isDone;

    protected override TimeSpan Interval =>
        _isDone ? TimeSpan.FromMinutes(options.Value.MaintenanceMinutes) : Retry;

    /// <summary>
    /// At start, before the first booking: today's partition is there, however long nobody ran.
    /// </summary>
    async Task IDatabasePreparation.RunAsync(CancellationToken stop)
    {
        await using var connection = await OpenAsync(stop);
        await MakeAheadAsync(new OutboxPartitions(connection), stop);
    }

    /// <summary>One look at all partitions.</summary>
    /// <returns>false where something was in the way, and is to be tried again soon.</returns>
    public async Task<bool> MaintainAsync(CancellationToken stop)
    {
        await using var connection = await OpenAsync(stop);
        await using var turn = new NpgsqlCommand(
            $"SELECT pg_try_advisory_lock({LockKey})",
            connection
        );
        if (await turn.ExecuteScalarAsync(stop) is not true)
            return true;

        var partitions = new OutboxPartitions(connection);
        try
        {
            await MakeAheadAsync(partitions, stop);
            var barriers = new OutboxBarriers(connection, clients, cluster, _groups);
            await DropOldAsync(partitions, barriers, stop);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            LogInTheWay(e.MessageText);
            return false;
        }
        catch (KafkaException e)
        {
            LogInTheWay(e.Error.Reason);
            return false;
        }
    }

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        _isDone = false;
        _isDone = await MaintainAsync(stop);
    }

    private static async Task MakeAheadAsync(OutboxPartitions partitions, CancellationToken stop)
    {
        var existing = await partitions.ListAsync(stop);
        var now = await partitions.NowAsync(stop);
        foreach (var day in OutboxPartition.Wanted(now))
        {
            var found = existing.FirstOrDefault(e => e.Day == day);
            if (found is null)
                await partitions.CreateAsync(day, stop);
            if (found is not { IsAttached: true })
                await partitions.AttachAsync(day, stop);
        }
    }

    private async Task DropOldAsync(
        OutboxPartitions partitions,
        OutboxBarriers barriers,
        CancellationToken stop
    )
    {
        if (cluster.Facts is not { } kafka)
            return;

        var now = await partitions.NowAsync(stop);
        var keep = TimeSpan.FromHours(options.Value.KeepHours);
        var old = (await partitions.ListAsync(stop)).Where(p => p.Day.IsOld(now, keep));
        foreach (var (day, isAttached, isLeaving) in old)
        {
            if (isLeaving)
            {
                await partitions.FinishDetachAsync(day, stop);
            }
            else if (isAttached)
            {
                if (
                    !await partitions.IsRelayedAsync(day, kafka.Incarnation, stop)
                    || !await barriers.IsAppliedByAllAsync(day, kafka.Incarnation, stop)
                )
                {
                    continue;
                }

                await partitions.DetachAsync(day, stop);
            }

            await DropDetachedAsync(partitions, day, kafka.Incarnation, stop);
        }
    }

    private async Task DropDetachedAsync(
        OutboxPartitions partitions,
        OutboxPartition day,
        string incarnation,
        CancellationToken stop
    )
    {
        // The detach waited for all who were writing: one of them may have
        // committed a row since we looked.
        if (await partitions.IsRelayedAsync(day, incarnation, stop))
        {
            await partitions.DropAsync(day, stop);
            LogDropped(day.Name);
        }
        else
        {
            await partitions.AttachAsync(day, stop);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken stop)
    {
        // Not of the pool: closing it ends the session and with it the turn.
        await using var pooled = dataSource.CreateConnection();
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString)
        {
            Pooling = false,
            ApplicationName = "ConcertReservation outbox maintenance",
        };
        settings.Options =
            $"{settings.Options} -c idle_session_timeout={IdleSeconds}s"
            + $" -c lock_timeout={options.Value.LockTimeoutMilliseconds}";
        var connection = await pooled.CloneWithAsync(settings.ConnectionString, stop);
        await connection.OpenAsync(stop);
        return connection;
    }

    [LoggerMessage(LogLevel.Information, "Dropped {Partition}: relayed and applied by all groups")]
    private partial void LogDropped(string partition);

    [LoggerMessage(LogLevel.Information, "Outbox partitions are maintained later: {Reason}")]
    private partial void LogInTheWay(string reason);
}
