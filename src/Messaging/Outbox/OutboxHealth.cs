using ConcertReservation.BuildingBlocks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Ready while rows of today and of tomorrow have a partition to go to; degraded where the outbox
/// is about to take more of the disk than it should.
/// </summary>
internal sealed class OutboxHealth(NpgsqlDataSource dataSource, OutboxDisk disk) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        try
        {
            var ahead = await CountAheadAsync(cancellationToken)
                .WaitAsync(HealthLimits.Question, cancellationToken);
            if (ahead < 1)
                return Failed("The outbox has no partition for tomorrow.");

            // As it was measured last: readiness is asked often.
            return disk.Use is { IsFilling: true } use
                ? HealthCheckResult.Degraded(
                    $"The outbox takes {use.Percent} % of its budget on the database's disk."
                )
                : HealthCheckResult.Healthy("The outbox has partitions ahead.");
        }
        catch (TimeoutException)
        {
            return Failed(HealthLimits.NoAnswer);
        }

        HealthCheckResult Failed(string why) => new(context.Registration.FailureStatus, why);
    }

    /// <returns>Days after today that have their partition.</returns>
    private async Task<int> CountAheadAsync(CancellationToken stop)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stop);
        var partitions = new OutboxPartitions(connection);
        var now = await partitions.NowAsync(stop);
        var attached = (await partitions.ListAsync(stop))
            .Where(p => p is { IsAttached: true, IsLeaving: false })
            .Select(p => p.Day)
            .ToHashSet();
        return OutboxPartition.Wanted(now).TakeWhile(attached.Contains).Count() - 1;
    }
}
