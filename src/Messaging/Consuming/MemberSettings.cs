using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>How a host is a member of a consumer group.</summary>
/// <remarks>
/// Not a static one (<c>group.instance.id</c>): that does not say when it leaves, and its
/// partitions would wait for the rest of its session.
/// </remarks>
internal static class MemberSettings
{
    /// <summary>
    /// The rebalance handler may wait for the database so long: polling must be back before Kafka
    /// takes the member for dead.
    /// </summary>
    private const int MaxPollIntervalMs = 600_000;

    /// <summary>What the client reads ahead, for all partitions: a pause discards it.</summary>
    private const int FetchedKilobytes = 8 * 1024;

    /// <summary>
    /// Short, as each rebalance of the embedded coordinator waits for the whole session but a
    /// second, however soon all have joined (librdkafka's rdkafka_mock_cgrp.c). Well above the 3 s
    /// for which it lets the first member of a group wait: it expires also those whom it keeps
    /// waiting.
    /// </summary>
    private const int EmbeddedSessionMs = 5000;

    /// <summary>
    /// One that it expired in this way never gets its answer, and the client waits for that as
    /// long as a poll may take.
    /// </summary>
    private const int EmbeddedMaxPollIntervalMs = 20_000;

    private const int EmbeddedHeartbeatMs = 500;

    public static ConsumerConfig Of(
        SessionSetup setup,
        ConsumingOptions options,
        KafkaClients clients
    )
    {
        var host = $"{Environment.MachineName}-{Environment.ProcessId}";
        var config = clients.ConsumerConfig(setup.Group, $"{setup.Group}-{host}");
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        config.QueuedMaxMessagesKbytes = FetchedKilobytes;
        var (sessionMs, heartbeatMs) = (
            options.SessionTimeoutMilliseconds,
            options.HeartbeatMilliseconds
        );
        if (setup.IsEmbeddedKafka)
        {
            config.SessionTimeoutMs = Math.Min(EmbeddedSessionMs, sessionMs);
            config.HeartbeatIntervalMs = Math.Min(EmbeddedHeartbeatMs, heartbeatMs);
            config.MaxPollIntervalMs = EmbeddedMaxPollIntervalMs;
        }
        else
        {
            config.SessionTimeoutMs = sessionMs;
            config.HeartbeatIntervalMs = heartbeatMs;
            config.MaxPollIntervalMs = Math.Max(MaxPollIntervalMs, sessionMs);
        }

        return config;
    }
}
