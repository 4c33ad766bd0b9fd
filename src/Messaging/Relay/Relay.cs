using System.Diagnostics;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Brings every outbox row to Kafka, in order, from one host at a time: whichever has the lock
/// leads, the others wait to take over.
/// </summary>
internal sealed partial class Relay(
    NpgsqlDataSource dataSource,
    DatabaseReady ready,
    KafkaClients clients,
    KafkaCluster cluster,
    OutboxSignal signal,
    IEnumerable<ConsumerGroup> groups,
    ConsumerLag lag,
    RecreatedTopics recreated,
    IHostApplicationLifetime lifetime,
    IOptions<RelayOptions> options,
    ILogger<Relay> logger
) : BackgroundService
{
    private static readonly TimeSpan SayAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>One that made room tries others first, or they would pass it round.</summary>
    private static readonly TimeSpan YieldedPause = TimeSpan.FromSeconds(30);

    private readonly ConsumerGroup[] _groups = [.. groups];
    private readonly RelayStall _stall = new();
    private long? _yieldedAt;
    private string? _saidReason;
    private long _saidAt;

    // Sessions in a row that failed at the same position.
    private int _failures;
    private RelayPosition? _failedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
            return;

        // Beside the groups, not after them: services stop one after the other, and what each may
        // take would add up. What is committed later another host relays, or the next start.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(
            stoppingToken,
            lifetime.ApplicationStopping
        );
        await RelayAsync(stopping.Token);
    }

    private async Task RelayAsync(CancellationToken stop)
    {
        await ready.WaitAsync(stop);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var relayLock = await RelayLock.TakeAsync(
                    dataSource,
                    options.Value,
                    ReachesKafka,
                    stop
                );
                await LeadAsync(relayLock, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // An edge: whatever it is, the relay tries again for as long as the host runs.
                Say(DatabaseFaults.IsAway(e) ? LogWaits : LogFailed, e.Message);
                await Task.Delay(options.Value.RetryMilliseconds, stop);
            }
        }
    }

    /// <summary>One line a minute for as long as the reason is the same.</summary>
    private void Say(Action<ILogger, string> log, string reason)
    {
        if (reason == _saidReason && Stopwatch.GetElapsedTime(_saidAt) < SayAgain)
            return;

        (_saidReason, _saidAt) = (reason, Stopwatch.GetTimestamp());
        log(logger, reason);
    }

    /// <summary>As far as it knows, and has not found otherwise while it was the relay.</summary>
    private bool ReachesKafka() =>
        cluster.Facts is not null
        && (_yieldedAt is not { } at || Stopwatch.GetElapsedTime(at) > YieldedPause);

    private bool IsStalled() =>
        _stall.Lasts > TimeSpan.FromMilliseconds(options.Value.YieldMilliseconds);

    private async Task LeadAsync(RelayLock relayLock, CancellationToken stop)
    {
        using var lost = new CancellationTokenSource();
        using var done = new CancellationTokenSource();
        var interval = TimeSpan.FromMilliseconds(options.Value.HeartbeatMilliseconds);
        var epoch = 0L;
        _stall.End();
        var beating = BeatAsync(
            relayLock,
            interval,
            () => Interlocked.Read(ref epoch),
            lost,
            done.Token
        );
        var sampling = Task.CompletedTask;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, lost.Token);
            await using var store = await RelayStore.TakeOverAsync(dataSource, either.Token);
            Interlocked.Exchange(ref epoch, store.Epoch);
            LogLeads(logger, store.Epoch);
            sampling = Task.WhenAll(
                new OutboxDepth(dataSource, store).SampleAsync(done.Token),
                lag.SampleAsync(done.Token),
                recreated.WatchAsync(done.Token)
            );
            var goesOn = true;
            while (goesOn && !stop.IsCancellationRequested && !lost.IsCancellationRequested)
                goesOn = await RunSessionAsync(store, stop, lost.Token);
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(beating, sampling);
        }

        if (lost.IsCancellationRequested)
            LogLost(logger);
    }

    /// <summary>One session after the other, each on the Kafka that answers now.</summary>
    /// <returns>False where the position was forgotten, and is to be taken over anew.</returns>
    private async Task<bool> RunSessionAsync(
        RelayStore store,
        CancellationToken stop,
        CancellationToken lost
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, lost);
        try
        {
            _stall.Begin();
            var facts = await cluster.ConfirmAsync(either.Token);
            _stall.End();
            if (await HasForgottenAsync(facts.Incarnation, either.Token))
                return false;

            if (store.Position.Incarnation != facts.Incarnation)
            {
                LogStartsAnew(logger, facts.Incarnation, store.Position.Incarnation ?? "none");
                await store.AdvanceAsync(RelayPosition.Start(facts.Incarnation), either.Token);
            }

            var brake = facts.IsEmbedded ? await BrakeAsync(facts.Incarnation, either.Token) : null;
            var session = new RelaySession(
                dataSource,
                store,
                clients,
                cluster,
                brake,
                signal,
                _stall,
                options.Value,
                isProbing: ReferenceEquals(store.Position, _failedAt)
            );
            await session.RunAsync(stop, lost);
        }
        catch (Exception e) when (e is KafkaException or KafkaForgotException)
        {
            // What was not acknowledged is sent again from the
            // recorded position, by a new producer.
            Say(LogPauses, e.Message);
            // What brokers refuse they would refuse from any host.
            if (e is not KafkaException { Error.IsLocalError: true })
                _stall.End();
            await Task.Delay(PauseAfterFailureAt(store.Position), either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // Stopped, or deposed: the caller looks which.
        }

        return true;
    }

    /// <summary>
    /// Before anything is sent: it would make a topic that was made again look like the old one.
    /// But no broker that is away keeps it from being sent to the others.
    /// </summary>
    private async Task<bool> HasForgottenAsync(string incarnation, CancellationToken stop)
    {
        try
        {
            var limit = TimeSpan.FromMilliseconds(RelayOptions.LookMilliseconds);
            return await recreated.LookAsync(incarnation, alsoUnread: true, limit, stop);
        }
        catch (Exception e) when (e is KafkaException or TimeoutException)
        {
            recreated.Suspect();
            return false;
        }
    }

    /// <summary>Twice as long after each failure, until a session gets further.</summary>
    private TimeSpan PauseAfterFailureAt(RelayPosition position)
    {
        _failures = ReferenceEquals(position, _failedAt) ? _failures + 1 : 1;
        _failedAt = position;
        var first = TimeSpan.FromMilliseconds(options.Value.RetryMilliseconds);
        return Backoff.After(_failures, first, LongestPause);
    }

    private async Task<EmbeddedKafkaBrake> BrakeAsync(string incarnation, CancellationToken stop)
    {
        var ends = await KafkaWatermarks.ReadAsync(clients, Topics.Partitions.Keys, stop);
        return await EmbeddedKafkaBrake.StartAsync(dataSource, incarnation, _groups, ends, stop);
    }

    private async Task BeatAsync(
        RelayLock relayLock,
        TimeSpan interval,
        Func<long> epoch,
        CancellationTokenSource lost,
        CancellationToken done
    )
    {
        try
        {
            await relayLock.BeatAsync(interval, epoch, IsStalled, done);
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The work that the lock protects has ended.
        }
        catch (RelayYieldsException e)
        {
            LogYields(logger, e.Message);
            _yieldedAt = Stopwatch.GetTimestamp();
            // At once: ending a producer that reaches nobody takes its time.
            await relayLock.DisposeAsync();
            await lost.CancelAsync();
        }
        catch (Exception e)
        {
            LogBeatFailed(logger, e.Message);
            await lost.CancelAsync();
        }
    }

    [LoggerMessage(LogLevel.Information, "This host is the relay now, epoch {Epoch}")]
    private static partial void LogLeads(ILogger logger, long epoch);

    [LoggerMessage(LogLevel.Information, "This host is no longer the relay")]
    private static partial void LogLost(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "The relay makes room: {Reason}")]
    private static partial void LogYields(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Debug, "The relay's lock gives no answer: {Reason}")]
    private static partial void LogBeatFailed(ILogger logger, string reason);

    /// <summary>The host itself says that the database is away.</summary>
    [LoggerMessage(LogLevel.Debug, "The relay waits for the database: {Reason}")]
    private static partial void LogWaits(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "The relay cannot work, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "The relay pauses: {Reason}")]
    private static partial void LogPauses(ILogger logger, string reason);

    [LoggerMessage(
        LogLevel.Information,
        "Kafka is {Incarnation}, the position is about {Before}: relaying from the oldest kept row"
    )]
    private static partial void LogStartsAnew(ILogger logger, string incarnation, string before);
}
