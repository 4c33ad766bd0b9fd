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
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var partitions = new OutboxPartitions(connection);
        var now = await partitions.NowAsync(cancellationToken);
        var attached = (await partitions.ListAsync(cancellationToken))
            .Where(p => p is { IsAttached: true, IsLeaving: false })
            .Select(p => p.Day)
            .ToHashSet();
        var ahead = OutboxPartition.Wanted(now).TakeWhile(attached.Contains).Count() - 1;
        return ahead >= 1
            ? HealthCheckResult.Healthy("The outbox has partitions ahead.")
            : new HealthCheckResult(
                context.Registration.FailureStatus,
                "The outbox has no partition for tomorrow."
            );
    }
}
