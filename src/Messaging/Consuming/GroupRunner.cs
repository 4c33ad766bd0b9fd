using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>Runs one group from session to session for as long as the host runs.</summary>
internal sealed partial class GroupRunner(
    GroupRoutes routes,
    IBatchUnit unit,
    ConsumerFaults faults,
    ConsumingOptions options,
    KafkaClients clients,
    KafkaCluster cluster,
    NpgsqlDataSource dataSource,
    TimeProvider time,
    DatabaseReady database,
    ILogger log
) : IConsumingGroup
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A session that lived so long was a good one: the next failure pauses shortly again.
    /// </summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = log;
    private volatile GroupSession? _session;

    public string Name => routes.Group;

    public IReadOnlyList<string> Topics => routes.Topics;

    public bool IsStopped =>
        cluster.Facts is null || _session is not { HasJoined: true, IsWaiting: false };

    public IEnumerable<(string Topic, int Partition, long Lag)> Lags => _session?.Lags ?? [];

    public async Task RunAsync(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            try
            {
                await RunSessionAsync(stop);
                failures = 0;
            }
            catch (PositionForgottenException) when (!stop.IsCancellationRequested)
            {
                LogBeginsAnew(routes.Group);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                // An edge: whatever ended the session, the group comes back.
                failures = time.GetElapsedTime(began) > Healthy ? 1 : failures + 1;
                var pause = Backoff.After(failures, ShortestPause, LongestPause);
                if (DatabaseFaults.IsAway(e))
                    LogWaits(routes.Group, e.Message);
                else
                    LogFailed(e, routes.Group, pause.TotalSeconds);
                await Task.Delay(pause, time, stop);
            }
        }
    }

    private async Task RunSessionAsync(CancellationToken stop)
    {
        // Asked anew: after whatever ended the last session, it may be another Kafka.
        var facts = await cluster.ConfirmAsync(stop);
        var setup = new SessionSetup(
            routes.Group,
            await GroupTable.IdOfAsync(dataSource, routes.Group, stop),
            facts.Incarnation,
            facts.IsEmbedded,
            await ResetTable.NumberAsync(dataSource, routes.Group, stop),
            routes.Topics
        );
        using var slots = new SemaphoreSlim(options.ConcurrentBatches);
        var tools = new WorkerTools(
            unit,
            new EventReader(routes, facts.Incarnation),
            faults,
            slots,
            options,
            time,
            dataSource,
            database,
            _log
        );
        // A thread of its own: the client blocks while it polls.
        await Task.Factory.StartNew(
            () => RunSession(setup, tools, stop),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    private void RunSession(SessionSetup setup, WorkerTools tools, CancellationToken stop)
    {
        using var session = new GroupSession(setup, tools, clients, cluster, dataSource);
        _session = session;
        try
        {
            session.Run(stop);
        }
        finally
        {
            _session = null;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Group} reads anew what was made again")]
    private partial void LogBeginsAnew(string group);

    [LoggerMessage(LogLevel.Debug, "{Group} waits for the database: {Reason}")]
    private partial void LogWaits(string group, string reason);

    [LoggerMessage(LogLevel.Error, "{Group} stopped and starts again in {Seconds} s")]
    private partial void LogFailed(Exception exception, string group, double seconds);
}
