using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.DataPlatform;

/// <summary>Every event of every topic is stored and counted, a batch at a time.</summary>
internal sealed class RecordEveryEvent(RecordedBatch batch) : IConsumer<AnyEvent>
{
    public Task Consume(ConsumeContext<AnyEvent> context)
    {
        batch.Add(new RecordedEvent(context.Message, context.Record()));
        return Task.CompletedTask;
    }
}

/// <summary>
/// What one batch of Kafka records brings, written as the last step of its transaction.
/// </summary>
internal sealed class RecordedBatch(UnitOfWork work, EventStorePartitions partitions)
{
    private Gathered<RecordedEvent> Events => field ??= new(work, WriteAsync);

    public void Add(RecordedEvent recorded) => Events.Add(recorded);

    private async Task WriteAsync(IReadOnlyList<RecordedEvent> events, CancellationToken stop)
    {
        await partitions.EnsureAsync(stop);
        await EventStore.AppendAsync(work, events, stop);
        var learned = events.Select(e => new CountedEvent(
            e.Event.EventType,
            e.Record.Version,
            e.Record.Body
        ));
        await Statistics.ApplyAsync(work, StatisticsTables.Schema, [.. learned], stop);
    }
}
