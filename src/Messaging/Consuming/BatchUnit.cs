using System.Data.Common;
using System.Diagnostics;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Messaging;

/// <summary>What the worker of a partition knows of one attempt at a batch.</summary>
/// <param name="gaps">Missing before and among its records.</param>
/// <param name="givenUp">Why its only record is to be a dead letter, if it is.</param>
/// <param name="isReread">The group has read the first of them before.</param>
/// <param name="acknowledged">Offsets whose dead letters Kafka has from earlier attempts.</param>
internal sealed class BatchAttempt(
    IReadOnlyList<OffsetGap> gaps,
    Exception? givenUp,
    bool isReread,
    HashSet<long> acknowledged
)
{
    public IReadOnlyList<OffsetGap> Gaps => gaps;

    public Exception? GivenUp => givenUp;

    public bool IsReread => isReread;

    public bool IsAcknowledged(long offset)
    {
        lock (acknowledged)
            return acknowledged.Contains(offset);
    }

    public void Acknowledge(long offset)
    {
        lock (acknowledged)
            acknowledged.Add(offset);
    }

    /// <summary>What of the gaps the group had not applied before.</summary>
    public IReadOnlyList<OffsetGap> Lost { get; set; } = [];
}

/// <summary>What a partition's worker does with a batch of records.</summary>
internal interface IBatchUnit
{
    /// <summary>
    /// Applies the records, all or none; the position behind the last is part of it.
    /// </summary>
    /// <param name="attempt">What the worker knows beside the records.</param>
    Task ApplyAsync(
        GroupPartition partition,
        IReadOnlyList<ReceivedEvent> batch,
        BatchAttempt attempt,
        CancellationToken stop
    );
}

/// <summary>
/// One unit of work: one scope and one transaction in which records of one partition are claimed in
/// the inbox, their events dispatched in order, dead letters written and the position stored.
/// </summary>
internal sealed partial class BatchUnit(
    GroupRoutes routes,
    IServiceScopeFactory scopes,
    DeadLetterTopic deadLetters,
    ConsumingMetrics metrics,
    ILogger<BatchUnit> logger
) : IBatchUnit
{
    public async Task ApplyAsync(
        GroupPartition partition,
        IReadOnlyList<ReceivedEvent> batch,
        BatchAttempt attempt,
        CancellationToken stop
    )
    {
        using var activity = MessagingTelemetry.Activities.StartActivity(
            $"{partition.Group} batch",
            ActivityKind.Consumer
        );
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var plan = await BeginAsync(work, partition, batch, attempt, stop);
        await routes.DispatchAsync(scope, plan.Events, stop);
        var letters = await BuryAsync(work, partition, plan.Letters, attempt, stop);
        await work.CommitAsync(stop);

        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("messaging.system", "kafka");
            activity.SetTag("messaging.consumer.group.name", partition.Group);
            activity.SetTag("messaging.destination.name", partition.Topic);
            activity.SetTag("messaging.destination.partition.id", partition.Partition);
            activity.SetTag("messaging.batch.message_count", batch.Count);
        }

        metrics.Applied(partition.Group, plan.Events.Count);
        metrics.Duplicates(partition.Group, plan.Duplicates);
        metrics.Unknown(partition.Group, batch.Count(e => e.Reading == Reading.UnknownType));
        foreach (var letter in letters)
            metrics.DeadLetter(partition.Group, letter.Event.Record.Topic);
        foreach (var gap in attempt.Lost)
            metrics.Gap(partition, gap.Count);
        TellMalformed(partition, letters.Where(l => l.Event.Reading == Reading.Malformed));
    }

    /// <summary>One line a batch, however many a broken producer writes.</summary>
    private void TellMalformed(GroupPartition partition, IEnumerable<DeadLetter> letters)
    {
        if (letters.Select(l => l.Event.Record.Offset).ToList() is [var first, ..] offsets)
        {
            var (group, count) = (partition.Group, offsets.Count);
            LogMalformed(group, count, partition.Topic, partition.Partition, first);
        }
    }

    /// <summary>
    /// Nothing here depends on what an event says: no failure is an event's fault.
    /// </summary>
    private static async Task<BatchPlan> BeginAsync(
        UnitOfWork work,
        GroupPartition partition,
        IReadOnlyList<ReceivedEvent> batch,
        BatchAttempt attempt,
        CancellationToken stop
    )
    {
        try
        {
            await work.BeginAsync(stop);
            return await PlanAsync(work, partition, batch, attempt, stop);
        }
        catch (DbException e)
        {
            throw new InboxUnavailableException(e);
        }
    }

    private static async Task<BatchPlan> PlanAsync(
        UnitOfWork work,
        GroupPartition partition,
        IReadOnlyList<ReceivedEvent> batch,
        BatchAttempt attempt,
        CancellationToken stop
    )
    {
        var givenUp = attempt.GivenUp;
        var wanted = batch.Where(e => e.Reading == Reading.Event && givenUp is null).ToArray();
        // By the machine's clock, as the partitions are: where an id is kept is no business
        // decision.
        var now = TimeProvider.System.GetUtcNow();
        var next = batch[^1].Record.Offset + 1;
        attempt.Lost = await GapTable.InsertAsync(work.Connection, partition, attempt.Gaps, stop);
        var inbox = await InboxTable.ClaimAsync(
            work.Connection,
            partition,
            next,
            wanted,
            now,
            stop
        );
        if (attempt.IsReread)
            await ResetTable.AdvanceAsync(work.Connection, partition, next, stop);
        var hopeless = batch
            .Where(e => e.Reading == Reading.Malformed || givenUp is not null)
            .Select(e => e.Record.Offset)
            .ToArray();
        var known =
            hopeless.Length == 0
                ? []
                : await DeadLetterTable.KnownAsync(work.Connection, partition, hopeless, stop);
        return BatchPlan.Of(batch, inbox, known, givenUp);
    }

    /// <summary>
    /// Kafka first: the transaction, and with it the position, passes a record only after its
    /// letter is acknowledged. A letter may be there twice, when a host dies in between, but never
    /// be missing.
    /// </summary>
    private async Task<IReadOnlyList<DeadLetter>> BuryAsync(
        UnitOfWork work,
        GroupPartition partition,
        IReadOnlyList<DeadLetter> planned,
        BatchAttempt attempt,
        CancellationToken stop
    )
    {
        if (planned.Count == 0)
            return planned;

        var unclaimed = planned.Where(l => !l.IsClaimed).Select(l => l.Event.EventId).ToArray();
        var claimed = await InboxTable.ClaimLettersAsync(
            work.Connection,
            partition.GroupId,
            unclaimed,
            TimeProvider.System.GetUtcNow(),
            stop
        );
        // What the group applied before, or parked before, comes again after a rewind: nothing to
        // do.
        var letters = planned.Where(l => l.IsClaimed || claimed.Remove(l.Event.EventId)).ToArray();
        await deadLetters.SendAsync(
            partition.Group,
            [.. letters.Where(l => !attempt.IsAcknowledged(l.Event.Record.Offset))],
            letter => attempt.Acknowledge(letter.Event.Record.Offset),
            stop
        );
        var isNew = await DeadLetterTable.InsertAsync(
            work.Connection,
            [.. letters.Select(l => LetterRow.Of(partition, l))],
            stop
        );
        return [.. letters.Where((_, i) => isNew[i])];
    }

    [LoggerMessage(
        LogLevel.Error,
        "{Group} cannot read {Count} records of {Topic}/{Partition}, offset {Offset} the first: "
            + "dead letters"
    )]
    private partial void LogMalformed(
        string group,
        int count,
        string topic,
        int partition,
        long offset
    );
}
