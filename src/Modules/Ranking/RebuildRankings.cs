using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
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
    AppliedPositions applied,
    IEventHistory history,
    GroupProgress groups,
    RebuildProgress progress,
    IOptions<RankingOptions> options,
    ILogger<RebuildRankings> logger
)
{
    private static readonly string[] RankedTopics = [Topics.Reservations, Topics.Concerts];

    private readonly string _owner = Guid.CreateVersion7().ToString("N");
    private RebuildMark _mark = RebuildMark.None;

    /// <remarks>
    /// To be tried again as long as the rankings are not whole: another host may be rebuilding,
    /// Redis may forget again meanwhile, and the history may not reach far enough yet.
    /// </remarks>
    public async Task RunAsync(CancellationToken stop)
    {
        // From here on live updates reach the new keys: the history has to reach what came before.
        if (await store.BeginRebuildAsync(_owner) is not { } generation)
            return;

        _mark = _mark.For(generation, await applied.ReadAsync(stop));
        var own = await groups.ReadAsync(RankingModule.Group, stop);
        if (!Reaches(await history.ProgressAsync(stop), _mark.Needed, own))
        {
            LogBehind();
            await store.ReleaseAsync(_owner);
            return;
        }

        LogBegin();
        await progress.BeginAsync(generation, by: null, stop);
        var events = await history.CountAsync(RankedTopics, stop);
        await progress.AdvanceAsync(generation, read: 0, events, stop);
        var (page, read) = (new List<RankingUpdate>(), 0L);
        await foreach (var past in history.ReadAsync(RankedTopics, stop))
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
        if (await store.SwapAsync(_owner, generation, _mark.Covered))
        {
            await progress.AdvanceAsync(generation, read, read, stop);
            await progress.FinishAsync(generation, stop);
            LogDone(read);
        }
        else
        {
            // Redis lost something meanwhile: more of the history is needed.
            _mark = RebuildMark.None;
        }
    }

    /// <summary>
    /// Whether the history has all that the rankings had. Of an earlier incarnation of Kafka
    /// nothing more can come, and the relay repeats in the new one what anybody missed: only the
    /// newest is waited for. A topic that somebody deleted and hosts made again is waited for as
    /// far as our group is in it: Messaging has forgotten where we were in the one before.
    /// </summary>
    /// <param name="own">
    /// Where our group is, as Messaging knows it: before needed only in a topic made again.
    /// </param>
    internal static bool Reaches(
        IReadOnlyList<LogPosition> reached,
        IReadOnlyList<LogPosition> needed,
        IReadOnlyList<LogPosition> own
    )
    {
        var offsets = reached.ToDictionary(p => p.LogName, p => p.NextOffset);
        var known = own.ToDictionary(p => p.LogName, p => p.NextOffset);
        return needed
            .TakeWhile(p => p.Incarnation == needed[0].Incarnation)
            .All(p =>
                offsets.GetValueOrDefault(p.LogName)
                >= Math.Min(p.NextOffset, known.GetValueOrDefault(p.LogName))
            );
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

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The rankings wait for the event store, which is behind them"
    )]
    private partial void LogBehind();
}
