using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Reservations;

/// <summary>Work in the background, a bounded piece at a time.</summary>
internal interface ISweep
{
    /// <summary>The pause between two looks.</summary>
    static abstract TimeSpan Interval(ReservationsOptions options);

    /// <returns>Whether there is more to do at once.</returns>
    Task<bool> SweepAsync(CancellationToken stop);
}

/// <summary>
/// Repeats one kind of sweep at an interval, in every host; which of them works is decided by a
/// lock in the database, for each piece anew.
/// </summary>
internal sealed partial class Sweeper<TSweep>(
    IServiceScopeFactory scopes,
    DatabaseReady ready,
    IOptions<ReservationsOptions> options,
    ILogger<TSweep> logger
) : BackgroundService
    where TSweep : ISweep
{
    private bool _isFailing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(TSweep.Interval(options.Value));
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await SweepAsync(stoppingToken);
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        try
        {
            while (await SweepOnceAsync(stop)) { }
            _isFailing = false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The edge: what could not be done now is done next time. Said once while it lasts.
            if (!_isFailing)
                LogFailed(e);
            _isFailing = true;
        }
    }

    private async Task<bool> SweepOnceAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<TSweep>().SweepAsync(stop);
    }

    [LoggerMessage(LogLevel.Warning, "The sweep failed and is tried again")]
    private partial void LogFailed(Exception exception);
}
