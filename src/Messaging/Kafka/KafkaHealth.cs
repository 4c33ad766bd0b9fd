using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConcertReservation.Messaging;

/// <summary>
/// Healthy while Kafka answers and has the topics, else degraded: booking goes on. Topics that
/// differ from the plan are named.
/// </summary>
internal sealed class KafkaHealth(KafkaCluster cluster) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        if (cluster.Facts is not { } facts)
        {
            return Task.FromResult(
                new HealthCheckResult(
                    context.Registration.FailureStatus,
                    "Kafka does not answer; events wait in the outbox, booking goes on."
                )
            );
        }

        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["incarnation"] = facts.Incarnation,
            ["brokers"] = facts.Brokers,
            ["mismatches"] = facts.Topics.Mismatches,
        };
        if (!facts.Topics.AreAllThere)
        {
            return Task.FromResult(
                new HealthCheckResult(
                    context.Registration.FailureStatus,
                    "Kafka lacks topics; their events wait in the outbox, booking goes on.",
                    data: data
                )
            );
        }

        return Task.FromResult(HealthCheckResult.Healthy("Kafka answers.", data));
    }
}
