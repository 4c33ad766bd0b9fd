using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Ranking;

/// <summary>
/// Notices when Redis has forgotten (flushed, or restarted without its last second) and starts a
/// rebuild. Runs on every host; one at a time rebuilds.
/// </summary>
internal sealed class KeepRankingsWhole(
    RankingStore store,
    RankingChanges changes,
    RebuildRankings rebuild,
    DatabaseReady database,
    IOptions<RankingOptions> options,
    ILogger<KeepRankingsWhole> logger
) : RepeatedWork(database, logger)
{
    protected override TimeSpan Interval =>
        TimeSpan.FromMilliseconds(options.Value.CheckMilliseconds);

    protected override bool IsSaidByHost(Exception failure) =>
        base.IsSaidByHost(failure) || RedisOutages.IsAway(failure);

    protected override async Task RunOnceAsync(CancellationToken stop)
    {
        // PostgreSQL first: what is committed there was in Redis before.
        var expected = await changes.ReadAsync(stop);
        var state = await store.StateAsync();
        if (NeedsRebuild(state, expected))
            await rebuild.RunAsync(stop);
    }

    internal static bool NeedsRebuild(RankingState state, IReadOnlyList<RankingChange> expected) =>
        state.Live.Length == 0
        || state.Building.Length > 0
        || expected.Any(c => state.Changes.GetValueOrDefault(c.Log) < c.Number);
}
