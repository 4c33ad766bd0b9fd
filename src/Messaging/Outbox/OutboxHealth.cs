using ConcertReservation.BuildingBlocks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>Ready while rows of today and of tomorrow have a partition to go to.</summary>
internal sealed class OutboxHealth(NpgsqlDataSource dataSource) : IHealthCheck
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
            return ahead >= 1
                ? HealthCheckResult.Healthy("The outbox has partitions ahead.")
                : Failed("The outbox has no partition for tomorrow.");
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
