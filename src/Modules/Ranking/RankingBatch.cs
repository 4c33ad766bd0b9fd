using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Ranking;

/// <summary>What one batch of Kafka records brings: one script in Redis, then the commit.</summary>
internal sealed class RankingBatch(UnitOfWork work, RankingStore store)
{
    private Gathered<Placed> Updates => field ??= new(work, ApplyAsync);

    public Task Add<T>(ConsumeContext<T> context)
        where T : DomainEvent
    {
        if (RankingUpdate.From(context.Message, context.Version()) is { } update)
            Add(update, context.Record());
        return Task.CompletedTask;
    }

    public void Add(RankingUpdate update, KafkaRecord record) =>
        Updates.Add(new Placed(update, record.Topic, record.Partition));

    /// <remarks>
    /// Redis first, then the commit: after a crash in between the batch comes again, which changes
    /// nothing.
    /// </remarks>
    private async Task ApplyAsync(IReadOnlyList<Placed> placed, CancellationToken stop)
    {
        var partitions = placed.Select(p => (p.Topic, p.Partition)).Distinct().ToList();
        var changes = await RankingChanges.NextAsync(work, partitions, stop);
        await store.ApplyAsync([.. placed.Select(p => p.Update)], changes);
    }

    /// <summary>An update and where its event came from.</summary>
    private sealed record Placed(RankingUpdate Update, string Topic, int Partition);
}
