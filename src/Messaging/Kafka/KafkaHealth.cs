using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ConcertReservation.Messaging;

/// <summary>
/// Healthy while Kafka answers and has the topics, else degraded: booking goes on. Topics that
/// differ from the plan, or cannot be looked at, are named.
/// </summary>
internal sealed class KafkaHealth(KafkaCluster cluster) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    ) => Task.FromResult(ResultOf(cluster.Facts, context.Registration.FailureStatus));

    private static HealthCheckResult ResultOf(KafkaFacts? facts, HealthStatus failed) =>
        facts switch
        {
            null => new(
                failed,
                "Kafka does not answer; events wait in the outbox, booking goes on."
            ),
            { Topics: { AreAllThere: false } topics } => new(
                failed,
                "Kafka lacks topics; their events wait in the outbox, booking goes on: "
                    + Named(topics)
            ),
            { Topics: { Mismatches.Count: > 0 } topics } => HealthCheckResult.Healthy(
                "Kafka answers, but its topics are not as planned: " + Named(topics)
            ),
            _ => HealthCheckResult.Healthy("Kafka answers."),
        };

    private static string Named(TopicFacts topics) => string.Join("; ", topics.Mismatches) + ".";
}
