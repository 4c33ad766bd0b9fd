using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Concerts;

/// <summary>
/// Asks again where the owner of the seats did not agree with our count. Usually the event that
/// explains it is on its way and settles it; this is for the answer that came too early and was
/// followed by no event.
/// </summary>
internal sealed partial class RecheckSoldOut(
    IServiceScopeFactory scopes,
    DatabaseReady databaseReady,
    IOptions<ConcertsOptions> options,
    ILogger<RecheckSoldOut> logger
) : BackgroundService
{
    private const int MaxConcerts = 50;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databaseReady.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(
            TimeSpan.FromMilliseconds(options.Value.SoldOutRecheckMilliseconds)
        );
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SettleAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // An edge: whatever it was, usually a database that is away, the next tick tries
                // again.
                LogFailed(e.Message);
            }
        }
    }

    private async Task SettleAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var state = scope.ServiceProvider.GetRequiredService<SoldOutState>();
        await work.RunAsync(
            async stop =>
            {
                var disagreeing = await state.FindDisagreeingAsync(MaxConcerts, stop);
                if (disagreeing.Count > 0)
                    await state.SettleAsync(disagreeing, stop);
                return disagreeing.Count;
            },
            stop
        );
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sold-out recheck failed: {Reason}")]
    private partial void LogFailed(string reason);
}
