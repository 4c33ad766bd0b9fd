using ConcertReservation.Contracts;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>
/// Sets groups back to a time or to the start: they read again what Kafka still has, and apply what
/// they have not applied yet.
/// </summary>
internal sealed class ConsumerResets(
    AllRoutes routes,
    KafkaClients clients,
    KafkaCluster cluster,
    NpgsqlDataSource dataSource,
    IServiceProvider services
)
{
    /// <param name="fromTime">null for the start of the topics.</param>
    /// <param name="by">Who asked for it; kept.</param>
    /// <exception cref="KafkaException">Kafka is away; nothing has changed.</exception>
    public async Task ResetAsync(
        string group,
        DateTimeOffset? fromTime,
        string by,
        CancellationToken stop
    )
    {
        var facts =
            cluster.Facts ?? throw new KafkaException(new Error(ErrorCode.Local_AllBrokersDown));
        var topics = routes.Of(group)!.Topics;
        var kept = await KafkaWatermarks.ReadAsync(clients, topics, stop);
        var found =
            fromTime is not { } time ? kept.ToDictionary(k => k.Key, k => k.Value.Low)
            : facts.IsEmbedded ? await StoredAsync(facts.Incarnation, [.. kept.Keys], time, stop)
            : await KafkaTimes.ReadAsync(clients, [.. kept.Keys], time, stop);
        // Before a log's first record there is nothing to read.
        var starts = found.ToDictionary(
            f => f.Key,
            f => Math.Max(f.Value, kept.TryGetValue(f.Key, out var log) ? log.Low : 0)
        );
        await ResetTable.ResetAsync(
            dataSource,
            group,
            facts.Incarnation,
            fromTime,
            starts,
            by,
            stop
        );
    }

    public Task<ConsumerReset?> FindAsync(string group, CancellationToken stop) =>
        ResetTable.FindAsync(dataSource, group, stop);

    /// <summary>The embedded Kafka cannot look up a time; the event store can.</summary>
    private async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> StoredAsync(
        string incarnation,
        IReadOnlyList<(string Topic, int Partition)> partitions,
        DateTimeOffset time,
        CancellationToken stop
    )
    {
        var history = services.GetRequiredService<IEventHistory>();
        var positions = await history.FirstSinceAsync(time, stop);
        // What another Kafka had since then this one got again, at places that nobody noted.
        var repeated = positions
            .Where(p => p.Incarnation != incarnation)
            .Select(p => p.Topic)
            .ToHashSet(StringComparer.Ordinal);
        var noted = positions
            .Where(p => p.Incarnation == incarnation)
            .ToDictionary(p => (p.Topic, p.Partition), p => p.NextOffset);
        return partitions
            .Where(p => repeated.Contains(p.Topic) || noted.ContainsKey(p))
            .ToDictionary(p => p, p => repeated.Contains(p.Topic) ? 0 : noted[p]);
    }
}
