using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// Every event of every topic is stored and counted, a batch at a time, as the last step of the
/// batch's transaction.
/// </summary>
internal sealed class RecordEveryEvent(UnitOfWork work, EventStorePartitions partitions)
    : IConsumer<EventBatch>
{
    public Task Consume(ConsumeContext<EventBatch> context)
    {
        var events = context.Message.Events;
        work.BeforeCommit(stop => WriteAsync(events, stop));
        return Task.CompletedTask;
    }

    private async Task WriteAsync(IReadOnlyList<AnyEvent> events, CancellationToken stop)
    {
        await partitions.EnsureAsync(stop);
        await EventStore.AppendAsync(work, events, stop);
        var learned = events.Select(e => new CountedEvent(e.Known, e.Record.Version));
        await Statistics.ApplyAsync(work, StatisticsTables.Schema, [.. learned], stop);
    }
}
