using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Host.Database;

/// <summary>
/// Waits for the database with patience, migrates it, opens
/// <see cref="DatabaseReady"/>, and from then on keeps measuring its clock. Says one
/// line when the database goes away and one when it is back.
/// </summary>
internal sealed partial class PrepareDatabase(
    NpgsqlDataSource dataSource,
    Migrator migrator,
    DatabaseClock clock,
    DatabaseReady ready,
    IOptions<DatabaseOptions> options,
    ILogger<PrepareDatabase> log
) : BackgroundService
{
    /// <summary>
    /// A database that stands still is as good as away, and statements wait for it much longer.
    /// </summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private Task? _measuring;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = TimeSpan.FromMilliseconds(options.Value.RetryMilliseconds);
        var interval = TimeSpan.FromMilliseconds(options.Value.ClockIntervalMilliseconds);
        while (!stoppingToken.IsCancellationRequested)
        {
            var reached = await AttemptAsync(stoppingToken);
            await Task.Delay(reached ? interval : retry, stoppingToken);
        }
    }

    private async Task<bool> AttemptAsync(CancellationToken stop)
    {
        try
        {
            if (!ready.IsOpen)
            {
                await migrator.RunAsync(stop);
                await clock.MeasureAsync(dataSource, stop);
                ready.Open();
                Migrated();
            }
            else
            {
                await MeasureAsync(stop);
            }

            if (ready.IsAway)
                Back();
            ready.IsAway = false;
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // An edge: whatever is wrong with the database, the host stays up and says so.
            if (!ready.IsAway)
            {
                if (DatabaseFaults.IsAway(e))
                    Away(e.Message);
                else
                    NotPrepared(e);
            }

            ready.IsAway = true;
            return false;
        }
    }

    /// <summary>One question at a time: each holds a connection for as long as it waits.</summary>
    /// <exception cref="TimeoutException">No answer yet; the question stays.</exception>
    private async Task MeasureAsync(CancellationToken stop)
    {
        _measuring ??= clock.MeasureAsync(dataSource, stop);
        try
        {
            await _measuring.WaitAsync(AnswerLimit, stop);
        }
        finally
        {
            if (_measuring.IsCompleted)
                _measuring = null;
        }
    }

    [LoggerMessage(LogLevel.Information, "The database is ready.")]
    private partial void Migrated();

    [LoggerMessage(LogLevel.Warning, "The database cannot be reached, trying again: {Reason}")]
    private partial void Away(string reason);

    [LoggerMessage(LogLevel.Error, "The database could not be prepared, trying again.")]
    private partial void NotPrepared(Exception exception);

    [LoggerMessage(LogLevel.Information, "The database is back.")]
    private partial void Back();
}
