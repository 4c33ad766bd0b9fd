using ConcertReservation.Contracts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Ranking;

/// <summary>
/// Builds the rankings anew from the event history into keys of their own, which live updates reach
/// too, and then swaps: readers see the old rankings, if there are any, until the new ones are
/// whole.
/// </summary>
internal sealed partial class RebuildRankings(
    RankingStore store,
    RebuildMark mark,
    IEventHistory history,
    RebuildProgress progress,
    IOptions<RankingOptions> options,
    ILogger<RebuildRankings> logger
)
{
    private readonly string _owner = Guid.CreateVersion7().ToString("N");

    /// <remarks>
    /// To be tried again as long as the rankings are not whole: another host may be rebuilding,
    /// Redis may forget again meanwhile, and the history may not reach far enough yet.
    /// </remarks>
    public async Task RunAsync(CancellationToken stop)
    {
        // From here on live updates reach the new keys: the history has to reach what came before.
        if (await store.BeginRebuildAsync(_owner) is not { } generation)
            return;

        if (await mark.CoveredAsync(generation, stop) is not { } covered)
        {
            await store.ReleaseAsync(_owner);
            return;
        }

        LogBegin();
        await progress.BeginAsync(generation, by: null, stop);
        var events = await history.CountAsync(RebuildMark.RankedTopics, stop);
        await progress.AdvanceAsync(generation, read: 0, events, stop);
        var (page, read) = (new List<RankingUpdate>(), 0L);
        await foreach (var past in history.ReadAsync(RebuildMark.RankedTopics, stop))
        {
            read++;
            if (UpdateOf(past) is { } update)
                page.Add(update);
            if (page.Count < options.Value.RebuildPageUpdates)
                continue;

            if (!await store.FillAsync(_owner, generation, page))
                return;
            page.Clear();
            await progress.AdvanceAsync(generation, read, Math.Max(read, events), stop);
        }

        if (!await store.FillAsync(_owner, generation, page))
            return;
        if (await store.SwapAsync(_owner, generation, covered))
        {
            await progress.AdvanceAsync(generation, read, read, stop);
            await progress.FinishAsync(generation, stop);
            LogDone(read);
        }
        else
        {
            mark.Forget();
        }
    }

    private static RankingUpdate? UpdateOf(PastEvent past) =>
        EventCatalogue.ByName.ContainsKey(past.EventType)
            ? RankingUpdate.From(
                EventCatalogue.Deserialize(past.EventType, past.Body.Span),
                past.Version
            )
            : null;

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Building the rankings anew from the event store"
    )]
    private partial void LogBegin();

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The rankings are whole again, from {Events} events"
    )]
    private partial void LogDone(long events);
}
