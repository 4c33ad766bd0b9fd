using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Ranking;

/// <summary>
/// Notices when Redis has forgotten (flushed, or restarted without its last second) and starts a
/// rebuild. Runs on every host; one at a time rebuilds.
/// </summary>
internal sealed partial class KeepRankingsWhole(
    RankingStore store,
    AppliedPositions applied,
    RebuildRankings rebuild,
    DatabaseReady database,
    IOptions<RankingOptions> options,
    ILogger<KeepRankingsWhole> logger
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await database.WaitAsync(stoppingToken);
            var interval = TimeSpan.FromMilliseconds(options.Value.CheckMilliseconds);
            using var timer = new PeriodicTimer(interval);
            do
            {
                await CheckAsync(stoppingToken);
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task CheckAsync(CancellationToken stop)
    {
        try
        {
            // PostgreSQL first: what is committed there was in Redis before.
            var expected = await applied.ReadAsync(stop);
            var state = await store.StateAsync();
            if (NeedsRebuild(state, expected))
                await rebuild.RunAsync(stop);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // An edge: whatever it was, usually a database or a Redis that is away, as whoever
            // connects to it says. The next tick tries again.
            LogLater(e.Message);
        }
    }

    internal static bool NeedsRebuild(
        RankingState state,
        IReadOnlyList<Contracts.LogPosition> expected
    ) =>
        state.Live.Length == 0
        || state.Building.Length > 0
        || expected.Any(p =>
            state.Positions.GetValueOrDefault(Logs.Name(p), -1) < p.NextOffset - 1
        );

    [LoggerMessage(Level = LogLevel.Debug, Message = "The rankings could not be checked: {Reason}")]
    private partial void LogLater(string reason);
}
