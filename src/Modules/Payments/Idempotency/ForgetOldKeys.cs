using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcertReservation.Payments;

/// <summary>
/// Removes records past their time, so that the table stays as large as a day's requests.
/// </summary>
internal sealed class ForgetOldKeys(
    DatabaseReady database,
    NpgsqlDataSource dataSource,
    ILogger<ForgetOldKeys> logger
) : RepeatedWork(database, logger)
{
    protected override TimeSpan Interval => TimeSpan.FromMinutes(10);

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        while (await IdempotencyTable.RemoveOldAsync(dataSource, stop)) { }
    }
}
