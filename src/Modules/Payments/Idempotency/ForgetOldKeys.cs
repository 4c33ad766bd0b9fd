using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Payments;

/// <summary>
/// Removes records past their time, so that the table stays as large as a day's requests.
/// </summary>
internal sealed partial class ForgetOldKeys(
    DatabaseReady database,
    NpgsqlDataSource dataSource,
    ILogger<ForgetOldKeys> logger
) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await IdempotencyTable.RemoveOldAsync(dataSource, stoppingToken)) { }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e.Message);
            }
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Old Idempotency-Keys were not removed, next try in ten minutes: {Reason}"
    )]
    private partial void LogFailed(string reason);
}
