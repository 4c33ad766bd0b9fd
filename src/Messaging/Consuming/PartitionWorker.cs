using System.Data.Common;
using ConcertReservation.BuildingBlocks;
using Confluent.Kafka;

namespace ConcertReservation.Messaging;

/// <summary>
/// Applies the records of one assigned partition, batch by batch and in order. Where a batch fails
/// for an event's sake, event by event, so that only the culprit waits, is tried again and becomes
/// a dead letter.
/// </summary>
internal sealed class PartitionWorker : IDisposable
{
    private readonly WorkerTools _tools;
    private readonly WorkerLog _log;
    private readonly PartitionQueue _queue;
    private readonly CancellationTokenSource _soft = new();
    private readonly CancellationTokenSource _hard = new();
    private readonly Task _running;
    private readonly HashSet<long> _acknowledged = [];
    private readonly RepeatedFailures _failures;
    private readonly long _applied;
    private long _nextOffset;
    private long _nextOffered;
    private volatile bool _waiting;

    /// <param name="startOffset">Where reading starts; negative where only Kafka knows.</param>
    /// <param name="applied">Behind the last applied record: what comes before is read
    /// again.</param>
    public PartitionWorker(
        GroupPartition partition,
        long startOffset,
        long applied,
        WorkerTools tools,
        Action pause,
        Action resume
    )
    {
        (Partition, _nextOffset, _tools) = (partition, startOffset, tools);
        _log = new WorkerLog(partition, tools.Log);
        (_nextOffered, _applied, _failures) = (startOffset, applied, new(tools.Database));
        _queue = new PartitionQueue(tools.Options, pause, resume);
        _running = Task.Run(RunAsync);
    }

    public GroupPartition Partition { get; }

    /// <summary>
    /// Behind the last record that is applied and committed, or where the group begins; negative
    /// while only Kafka knows.
    /// </summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    /// <summary>True while it waits for an outage to end.</summary>
    public bool IsWaiting => _waiting;

    /// <summary>Ends when stopped, or fails for a reason that no record is to blame for.</summary>
    public Task Completion => _running;

    /// <summary>On the thread that polls: a later record was offered before, or applied.</summary>
    public bool IsPast(long offset) => offset < _nextOffered;

    public void Offer(ConsumeResult<byte[], byte[]> record)
    {
        _nextOffered = record.Offset.Value + 1;
        _queue.Add(record);
    }

    /// <summary>Lets it finish the transaction in hand and begin no other.</summary>
    public void RequestStop() => _soft.Cancel();

    /// <summary>Rolls the transaction in hand back.</summary>
    public void Abort() => _hard.Cancel();

    /// <summary>Leaves the partition unpaused, for whoever gets it next.</summary>
    public void Dispose()
    {
        _queue.Clear();
        if (!_running.IsCompleted)
            return;

        _queue.Dispose();
        _soft.Dispose();
        _hard.Dispose();
    }

    private async Task RunAsync()
    {
        var taken = new List<ConsumeResult<byte[], byte[]>>();
        var batch = new List<ReceivedEvent>();
        try
        {
            while (true)
            {
                await _queue.TakeAsync(taken, _tools.Options.BatchRecords, _soft.Token);
                batch.Clear();
                foreach (var record in taken)
                    batch.Add(_tools.Reader.Read(Partition.Topic, record));
                await ApplyAsync(batch);
            }
        }
        catch (OperationCanceledException) when (_soft.IsCancellationRequested)
        {
            // Stopped between two transactions, or told to roll back the one in hand.
        }
    }

    private async Task ApplyAsync(List<ReceivedEvent> batch)
    {
        var fault = await AttemptAsync(batch, givenUp: null);
        if (fault is null)
            return;

        if (batch.Count == 1)
        {
            await ApplyOneAsync(batch, fault);
            return;
        }

        _log.OneByOne(fault);
        foreach (var received in batch)
        {
            _soft.Token.ThrowIfCancellationRequested();
            List<ReceivedEvent> one = [received];
            if (await AttemptAsync(one, givenUp: null) is { } culprit)
                await ApplyOneAsync(one, culprit);
        }
    }

    /// <summary>One event that failed once: tried again some times, then a dead letter.</summary>
    private async Task ApplyOneAsync(List<ReceivedEvent> one, Exception fault)
    {
        var offset = one[0].Record.Offset;
        var delay = TimeSpan.FromMilliseconds(_tools.Options.RetryDelayMilliseconds);
        for (var retry = 1; retry <= _tools.Options.Retries; retry++)
        {
            _log.Retry(offset, fault);
            await Task.Delay(delay, _tools.Time, _soft.Token);
            if (await AttemptAsync(one, givenUp: null) is not { } again)
                return;

            fault = again;
        }

        _log.DeadLetter(offset, fault);
        while (await AttemptAsync(one, givenUp: fault) is { } unwritten)
        {
            // Never pass a record that is neither applied nor kept: say so, and try again.
            _log.Unwritten(offset, unwritten);
            await Task.Delay(delay, _tools.Time, _soft.Token);
        }
    }

    /// <summary>Applies the batch; waits as long as an outage lasts.</summary>
    /// <returns>Why it cannot be applied, where that is for an event's sake; else null.</returns>
    private async Task<Exception?> AttemptAsync(List<ReceivedEvent> batch, Exception? givenUp)
    {
        var gaps = OffsetGap.Of(_nextOffset, batch.Select(e => e.Record.Offset));
        var isReread = batch[0].Record.Offset < _applied;
        var attempt = new BatchAttempt(gaps, givenUp, isReread, _acknowledged);
        var first = TimeSpan.FromMilliseconds(_tools.Options.OutageDelayMilliseconds);
        var longest = TimeSpan.FromMilliseconds(_tools.Options.OutageMaxDelayMilliseconds);
        for (var failures = 1; ; failures++)
        {
            // Not within the try: stopped while it waits for its turn, a batch has not failed.
            await _tools.Slots.WaitAsync(_soft.Token);
            try
            {
                if (_nextOffset < 0)
                    await BeginAsync(batch[0].Record.Offset);
                await _tools.Unit.ApplyAsync(Partition, batch, attempt, _hard.Token);
                EndWaiting();
                Pass(batch[^1].Record.Offset, attempt.Lost);
                return null;
            }
            catch (PositionForgottenException)
            {
                throw;
            }
            catch (Exception e) when (!_hard.IsCancellationRequested)
            {
                // An edge: whatever consumers throw is sorted here, counted and told.
                var kind = _tools.Faults.KindOf(e);
                if (kind == FaultKind.Poison)
                {
                    EndWaiting();
                    return e;
                }

                if (kind == FaultKind.Outage)
                    BeginWaiting(e);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                throw new OperationCanceledException("Rolled back.", e, _hard.Token);
            }
            finally
            {
                _tools.Slots.Release();
            }

            var delay = Backoff.After(failures, first, longest);
            await Task.Delay(delay, _tools.Time, _soft.Token);
        }
    }

    /// <summary>
    /// Before the first record is tried: Kafka may delete it before it can be applied, and nobody
    /// would know.
    /// </summary>
    private async Task BeginAsync(long firstOffset)
    {
        try
        {
            await InboxTable.BeginAsync(_tools.DataSource, Partition, firstOffset, _hard.Token);
            Volatile.Write(ref _nextOffset, firstOffset);
        }
        catch (DbException e)
        {
            throw new InboxUnavailableException(e);
        }
    }

    private void Pass(long offset, IReadOnlyList<OffsetGap> lost)
    {
        Volatile.Write(ref _nextOffset, offset + 1);
        lock (_acknowledged)
            _acknowledged.RemoveWhere(o => o <= offset);
        foreach (var gap in lost)
            _log.Gap(gap);
    }

    private void BeginWaiting(Exception e)
    {
        // Who watches what is away says so, once and not for each partition.
        if (_failures.Add(e, _tools.Faults.IsWatched(e)) is { } level)
            _log.Outage(level, e);
        _waiting = true;
    }

    private void EndWaiting()
    {
        if (_failures.End() is { } level)
            _log.OutageOver(level);
        _waiting = false;
    }
}
