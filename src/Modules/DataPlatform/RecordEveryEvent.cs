using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.DataPlatform;

/// <summary>Every event of every topic is stored and counted, a batch at a time.</summary>
internal sealed class RecordEveryEvent(RecordedBatch batch) : IConsumer<AnyEvent>
{
    public Task Consume(ConsumeContext<AnyEvent> context)
    {
        batch.Add(new ReceivedEvent(context.Message, context.Record()));
        return Task.CompletedTask;
    }
}

/// <summary>
/// What one batch of Kafka records brings, written as a last part of its transaction.
/// </summary>
internal sealed class RecordedBatch(UnitOfWork work, EventStorePartitions partitions)
{
    private readonly List<ReceivedEvent> _events = [];

    public void Add(ReceivedEvent received)
    {
        if (_events.Count == 0)
        {
            work.BeforeCommit(FlushAsync);
            work.OnRollback(_events.Clear);
        }

        _events.Add(received);
    }

    private async Task FlushAsync(CancellationToken stop)
    {
        await partitions.EnsureAsync(stop);
        await EventStore.AppendAsync(work, _events, stop);
        var learned = _events.Select(e => new CountedEvent(
            e.Event.EventType,
            e.Record.Version,
            e.Record.Body
        ));
        await Statistics.ApplyAsync(work, [.. learned], stop);
        _events.Clear();
    }
}
