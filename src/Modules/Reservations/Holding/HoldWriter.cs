using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>
/// The one writer of holds in this host: gathers those that wait, decides them in one transaction,
/// and takes the next ones when its commit has returned. Several hosts may do so on one database:
/// its locks keep them apart. A transaction that stands still holds up only those who need what it
/// has locked: they are set aside, and the others go on.
/// </summary>
internal sealed partial class HoldWriter(
    NpgsqlDataSource dataSource,
    OutboxSignal outboxSignal,
    IOptions<ReservationsOptions> options,
    ILogger<HoldWriter> logger
) : BatchWriter<HoldCommand, HoldAnswer>(options.Value.HoldQueueCapacity)
{
    /// <summary>How soon a hold tries its locks again: none reports that it is free.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);

    private readonly HoldSession _session = new(dataSource, options.Value);

    /// <summary>Those in whose way another transaction stands, the earliest first.</summary>
    private readonly List<Pending> _setAside = [];

    public override void Dispose()
    {
        _session.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Pending>(options.Value.HoldBatchSize);
        while (await HasWorkAsync())
        {
            Take(batch, options.Value.HoldBatchSize);
            var free = _setAside.Count > 0 ? await SetAsideAsync(batch) : batch;
            await AnswerAsync(free, maySetAside: true);
        }
    }

    private async Task<bool> HasWorkAsync()
    {
        if (_setAside.Count == 0)
            return await WaitForNextAsync();

        if (!HasNext)
            await Task.Delay(RetryAfter, CancellationToken.None);
        return true;
    }

    /// <summary>
    /// Sets aside those who would have to wait, and takes back those who waited and need not any
    /// more. Who has waited for too long is refused.
    /// </summary>
    /// <returns>At most a batch whose way is free.</returns>
    private async Task<IReadOnlyList<Pending>> SetAsideAsync(IReadOnlyList<Pending> batch)
    {
        Pending[] all = [.. _setAside, .. batch];
        if (_setAside.Count == 0)
            LogSetAside(batch.Count);
        _setAside.Clear();
        try
        {
            var blocked = await _session.FindBlockedAsync([.. all.Select(h => h.Command)]);
            var free = new List<Pending>(options.Value.HoldBatchSize);
            foreach (var hold in all)
            {
                var refusal = blocked.RefusalOf(hold.Command);
                if (refusal is null && free.Count < options.Value.HoldBatchSize)
                    free.Add(hold);
                else if (refusal is null || MayWait(hold))
                    _setAside.Add(hold);
                else
                    hold.Complete(new HoldAnswer.Refused(refusal));
            }

            return free;
        }
        catch (Exception e)
        {
            Fail(all, e);
            return [];
        }
    }

    private bool MayWait(Pending hold) =>
        _setAside.Count < options.Value.HoldQueueCapacity
        && hold.HasWaited < options.Value.HoldPatience;

    /// <summary>
    /// Answers each hold. Where a batch fails, each half is tried: what is wrong with one does not
    /// touch its neighbours. Depth is bounded by the logarithm of the batch size.
    /// </summary>
    /// <param name="maySetAside">False: that was done already, and did not do.</param>
    private async Task AnswerAsync(IReadOnlyList<Pending> batch, bool maySetAside)
    {
        if (batch.Count == 0)
            return;

        try
        {
            var answers = await _session.DecideAsync([.. batch.Select(h => h.Command)]);
            if (answers.Any(a => a is HoldAnswer.Made { Answer.Replayed: false }))
                outboxSignal.Set();
            for (var i = 0; i < batch.Count; i++)
                batch[i].Complete(answers[i]);
        }
        catch (Exception e) when (maySetAside && DatabaseFaults.IsLockTimeout(e))
        {
            await AnswerAsync(await SetAsideAsync(batch), maySetAside: false);
        }
        catch (Exception e) when (batch.Count > 1 && !DatabaseFaults.IsAway(e))
        {
            LogDivided(e, batch.Count);
            var half = batch.Count / 2;
            await AnswerAsync([.. batch.Take(half)], maySetAside);
            await AnswerAsync([.. batch.Skip(half)], maySetAside);
        }
        catch (Exception e)
        {
            // The edge: the next batch has its chance.
            Fail(batch, e);
        }
    }

    /// <summary>Whatever it was, those who wait learn of it.</summary>
    private void Fail(IReadOnlyCollection<Pending> batch, Exception exception)
    {
        if (DatabaseFaults.IsAway(exception))
            LogWithoutDatabase(batch.Count, exception.Message);
        else
            LogFailed(exception, batch.Count);
        foreach (var hold in batch)
        {
            if (HoldFailures.ToAnswer(exception) is { } answer)
                hold.Complete(answer);
            else
                hold.Fail(exception);
        }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Of a batch of {Count} holds some need what another transaction has locked: they wait"
    )]
    private partial void LogSetAside(int count);

    [LoggerMessage(LogLevel.Warning, "A batch of {Count} holds failed and is divided")]
    private partial void LogDivided(Exception exception, int count);

    /// <summary>The host itself says that the database is away.</summary>
    [LoggerMessage(LogLevel.Debug, "{Count} holds could not be decided: {Reason}")]
    private partial void LogWithoutDatabase(int count, string reason);

    [LoggerMessage(LogLevel.Error, "{Count} holds could not be decided")]
    private partial void LogFailed(Exception exception, int count);
}
