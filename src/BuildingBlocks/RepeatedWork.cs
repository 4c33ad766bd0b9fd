using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// Work in the background, again and again from the time the database is ready until the host
/// stops. A run that fails ends neither the work nor the host.
/// </summary>
public abstract partial class RepeatedWork(DatabaseReady ready, ILogger logger) : BackgroundService
{
    private readonly RepeatedFailures _failures = new(ready);

    /// <summary>The pause after a run; asked after each.</summary>
    protected abstract TimeSpan Interval { get; }

    protected abstract Task RunOnceAsync(CancellationToken stop);

    /// <summary>What needs no word from the work: the host itself says that it is away.</summary>
    protected virtual bool IsSaidByHost(Exception failure) => DatabaseFaults.IsAway(failure);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryAsync(stoppingToken);
            await Task.Delay(Interval, stoppingToken);
        }
    }

    private async Task TryAsync(CancellationToken stop)
    {
        try
        {
            await RunOnceAsync(stop);
            if (_failures.End() is { } level)
                LogWorks(level);
        }
        catch (Exception e)
            when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            // An edge: whatever it was, the next run tries again.
            if (_failures.Add(e, IsSaidByHost(e)) is { } level)
                LogFails(level, e);
        }
    }

    private void LogFails(LogLevel level, Exception e)
    {
        if (level == LogLevel.Debug)
            LogWaits(e.Message);
        else
            LogFailed(e);
    }

    [LoggerMessage(LogLevel.Debug, "Waits for what is away: {Reason}")]
    private partial void LogWaits(string reason);

    [LoggerMessage(LogLevel.Warning, "Failed, and is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Message = "Works again")]
    private partial void LogWorks(LogLevel level);
}
