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
        Updates.Add(
            new Placed(
                update,
                new LogPosition(
                    record.Incarnation,
                    record.Topic,
                    record.Partition,
                    record.Offset + 1
                )
            )
        );

    /// <remarks>
    /// Redis first, then the commit: after a crash in between the batch comes again, which changes
    /// nothing.
    /// </remarks>
    private async Task ApplyAsync(IReadOnlyList<Placed> placed, CancellationToken stop)
    {
        var newest = placed
            .Select(p => p.After)
            .GroupBy(p => p.LogName)
            .Select(log => log.MaxBy(p => p.NextOffset)!)
            .ToList();
        var before = (await AppliedPositions.AdvanceAsync(work, newest, stop)).ToDictionary(
            p => p.LogName,
            p => p.NextOffset
        );
        var positions = newest
            .Select(p => new RankingPosition(
                p.LogName,
                p.NextOffset,
                before.GetValueOrDefault(p.LogName)
            ))
            .ToList();
        await store.ApplyAsync([.. placed.Select(p => p.Update)], positions);
    }

    /// <summary>An update and how far its log is applied with it.</summary>
    private sealed record Placed(RankingUpdate Update, LogPosition After);
}
