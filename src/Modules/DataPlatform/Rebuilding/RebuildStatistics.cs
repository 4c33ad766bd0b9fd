using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.DataPlatform;

/// <summary>
/// Counts everything anew from the event store, when somebody asks for it, into tables that then
/// take the place of the old ones. Runs on every host, one step at a time over all of them, each a
/// transaction that holds the row of the progress: what a host leaves undone, any other goes on
/// with. Live events are held up by the last step alone.
/// </summary>
internal sealed partial class RebuildStatistics(
    IServiceScopeFactory scopes,
    DatabaseReady database,
    IOptions<DataPlatformOptions> options,
    ILogger<RebuildStatistics> logger
) : RepeatedWork(database, logger)
{
    /// <summary>A host that stands still in the last step holds everybody up no longer.</summary>
    private const int IdleMilliseconds = 2_000;

    private readonly ILogger _logger = logger;
    private bool _isHindered;

    protected override TimeSpan Interval =>
        TimeSpan.FromMilliseconds(
            _isHindered
                ? options.Value.RebuildRetryMilliseconds
                : options.Value.RebuildCheckMilliseconds
        );

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        try
        {
            while (await StepAsync(stop)) { }
            _isHindered = false;
        }
        catch (Exception e) when (DatabaseFaults.IsLockTimeout(e))
        {
            if (!_isHindered)
                LogHindered();
            _isHindered = true;
        }
    }

    /// <returns>false where there is nothing to do, or another host does it.</returns>
    private async Task<bool> StepAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        return await work.RunAsync(token => StepAsync(work, token), stop);
    }

    private async Task<bool> StepAsync(UnitOfWork work, CancellationToken stop)
    {
        if (await RebuildProgress.TakeTurnAsync(work, stop) is not { } reached)
            return false;

        if (reached.SafeSeq is not { } safe)
            await BeginAsync(work, stop);
        else if (reached.LastSeq < safe)
            await FillAsync(work, reached.LastSeq, safe, stop);
        else
            await CatchUpAsync(work, reached.LastSeq, stop);
        return true;
    }

    private async Task BeginAsync(UnitOfWork work, CancellationToken stop)
    {
        LogBegin();
        await StatisticsTables.CreateNewAsync(work, stop);
        await RebuildProgress.BeginAsync(work, stop);
    }

    private async Task FillAsync(UnitOfWork work, long last, long safe, CancellationToken stop)
    {
        var limit = options.Value.RebuildPageEvents;
        var page = await EventStore.ReadPageAsync(work, last, safe, limit, stop);
        await CountAsync(work, page, stop);
        var reached = page.Count < limit ? safe : page[^1].Seq;
        await RebuildProgress.AdvanceAsync(work, reached, page.Count, stop);
    }

    /// <summary>
    /// With what has come meanwhile: where that is little, it is counted and the tables swapped,
    /// else it is filled in first, while live events go on.
    /// </summary>
    private async Task CatchUpAsync(UnitOfWork work, long last, CancellationToken stop)
    {
        await work.Connection.ExecuteAsync(
            $"""
            SET LOCAL lock_timeout = {options.Value.RebuildLockMilliseconds};
            SET LOCAL idle_in_transaction_session_timeout = {IdleMilliseconds};
            """,
            stop
        );
        await EventStore.HaltAsync(work, stop);
        var limit = options.Value.RebuildPageEvents;
        var rest = await EventStore.ReadPageAsync(work, last, long.MaxValue, limit + 1, stop);
        if (rest.Count > limit)
        {
            await RebuildProgress.RaiseAsync(work, stop);
            return;
        }

        await StatisticsTables.LockAsync(work, stop);
        await CountAsync(work, rest, stop);
        await StatisticsTables.SwapAsync(work, stop);
        await RebuildProgress.FinishAsync(work, rest.Count, stop);
        work.AfterCommit(LogDone);
    }

    private static Task CountAsync(
        UnitOfWork work,
        IReadOnlyList<(long Seq, CountedEvent Event)> page,
        CancellationToken stop
    ) =>
        Statistics.ApplyAsync(
            work,
            StatisticsTables.NewSchema,
            [.. page.Select(e => e.Event)],
            stop
        );

    [LoggerMessage(LogLevel.Information, "Building the statistics anew from the event store")]
    private partial void LogBegin();

    [LoggerMessage(LogLevel.Information, "The statistics are built anew, and read from now on")]
    private partial void LogDone();

    [LoggerMessage(
        LogLevel.Information,
        "The new statistics wait: somebody holds the old ones, or a batch of events takes long"
    )]
    private partial void LogHindered();
}
