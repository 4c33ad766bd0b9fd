using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using MassTransit;

namespace ConcertReservation.Ranking;

/// <summary>Booked seats move a concert up, seats that come back move it down.</summary>
internal sealed class RankBookingsOnReservationEvents(RankingBatch batch)
    : IConsumer<ReservationCreated>,
        IConsumer<ReservationConfirmed>,
        IConsumer<ReservationExpired>,
        IConsumer<ReservationCancelled>
{
    public Task Consume(ConsumeContext<ReservationCreated> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ReservationConfirmed> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ReservationExpired> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ReservationCancelled> context) => batch.Add(context);
}

/// <summary>Names are kept, the first sell-out is timed, a cancelled concert leaves.</summary>
internal sealed class RankConcertsOnConcertEvents(RankingBatch batch)
    : IConsumer<ConcertScheduled>,
        IConsumer<ConcertChanged>,
        IConsumer<ConcertSoldOut>,
        IConsumer<ConcertCancelled>
{
    public Task Consume(ConsumeContext<ConcertScheduled> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ConcertChanged> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ConcertSoldOut> context) => batch.Add(context);

    public Task Consume(ConsumeContext<ConcertCancelled> context) => batch.Add(context);
}

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
            .GroupBy(Logs.Name)
            .Select(log => log.MaxBy(p => p.NextOffset)!)
            .ToList();
        var before = (await AppliedPositions.AdvanceAsync(work, newest, stop)).ToDictionary(
            Logs.Name,
            p => p.NextOffset - 1
        );
        var positions = newest
            .Select(p => new RankingPosition(
                Logs.Name(p),
                p.NextOffset - 1,
                before.GetValueOrDefault(Logs.Name(p), -1)
            ))
            .ToList();
        await store.ApplyAsync([.. placed.Select(p => p.Update)], positions);
    }

    /// <summary>An update and how far its log is applied with it.</summary>
    private sealed record Placed(RankingUpdate Update, LogPosition After);
}

internal static class Logs
{
    /// <summary>Incarnation, topic and partition as one text.</summary>
    public static string Name(LogPosition position) =>
        $"{position.Incarnation}/{position.Topic}/{position.Partition}";
}
