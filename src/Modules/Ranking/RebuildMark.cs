using ConcertReservation.Contracts;
using ConcertReservation.Messaging;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Ranking;

/// <summary>
/// How far the event history has to reach before a new generation of rankings is whole: to where
/// Kafka ended, once it had everything that was committed when live updates began to reach the new
/// keys. Whatever the rankings had by then came from there, or from a Kafka or a topic that is no
/// more and whose events the relay repeats.
/// </summary>
/// <remarks>
/// The same at each try: what came since has reached the new keys by itself, and a history that is
/// a little behind a sale would never reach what is sold by then.
/// </remarks>
internal sealed partial class RebuildMark(
    RankingChanges changes,
    RelayedLogs logs,
    IEventHistory history,
    ILogger<RebuildMark> logger
)
{
    /// <summary>The topics whose events are ranked.</summary>
    public static readonly IReadOnlyList<string> RankedTopics =
    [
        Topics.Reservations,
        Topics.Concerts,
    ];

    private Mark? _mark;

    /// <summary>Asked again and again, for a generation that live updates reach.</summary>
    /// <returns>
    /// The changes that are in the history, now that it reaches far enough; null before.
    /// </returns>
    public async Task<IReadOnlyList<RankingChange>?> CoveredAsync(
        string generation,
        CancellationToken stop
    )
    {
        var mark = await SetAsync(generation, stop);
        if (mark.Ends is null)
        {
            // Before the ends are asked for: what made a change was read from Kafka before it.
            var covered = await changes.ReadEndedAsync(stop);
            var ends = await logs.EndsAsync(RankedTopics, mark.Newest, stop);
            var isTold = mark.IsTold && ends is null;
            _mark = mark = mark with { Ends = ends, Covered = covered, IsTold = isTold };
        }

        if (mark.Ends is { } goal && goal.AreReachedBy(await history.ProgressAsync(stop)))
            return mark.Covered;

        Tell(mark);
        return null;
    }

    /// <summary>
    /// Redis has lost something meanwhile, which the history has to have, too.
    /// </summary>
    public void Forget() => _mark = null;

    /// <summary>Another one for another generation, or where the relay has begun anew.</summary>
    private async Task<Mark> SetAsync(string generation, CancellationToken stop)
    {
        if (
            _mark is { } known
            && known.Generation == generation
            && (known.Ends is null || await logs.AreOfNowAsync(known.Ends, stop))
        )
        {
            return known;
        }

        var newest = await logs.NewestAsync(stop);
        return _mark = new Mark(generation, newest, Ends: null, Covered: [], IsTold: false);
    }

    /// <summary>Once, and once more when it is known how far the history has to come.</summary>
    private void Tell(Mark mark)
    {
        if (mark.IsTold)
            return;

        if (mark.Ends is null)
            LogUnknown();
        else
            LogBehind();
        _mark = mark with { IsTold = true };
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The rankings wait for Kafka, and for the relay to send it what is committed"
    )]
    private partial void LogUnknown();

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The rankings wait for the event store, which is behind them"
    )]
    private partial void LogBehind();

    /// <param name="Newest">Committed when the mark was set.</param>
    /// <param name="Ends">null until Kafka has all that.</param>
    /// <param name="Covered">What is before the ends made these changes, and all before.</param>
    /// <param name="IsTold">That it is waited for.</param>
    private sealed record Mark(
        string Generation,
        long Newest,
        RelayedEnds? Ends,
        IReadOnlyList<RankingChange> Covered,
        bool IsTold
    );
}
