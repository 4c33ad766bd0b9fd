using System.Diagnostics;

namespace ConcertReservation.Messaging;

/// <summary>What came of a selection's replay.</summary>
/// <param name="Replayed">Letters that are applied now.</param>
/// <param name="Failed">One a key, at most: what is behind it was not tried.</param>
/// <param name="Skipped">Of the ids that were sent.</param>
/// <param name="StillOpen">
/// Of the selection: failed, parked behind those, or not tried yet.
/// </param>
internal sealed record ReplayResult(
    int Replayed,
    IReadOnlyList<ReplayFailure> Failed,
    IReadOnlyList<SkippedLetter> Skipped,
    long StillOpen
);

/// <summary>A letter that its group still cannot apply, and why.</summary>
internal sealed record ReplayFailure(
    long DeadLetterId,
    string Group,
    string ExceptionType,
    string ExceptionMessage
);

/// <summary>
/// Gives dead letters to the group that could not apply them, and to no other; each key's in their
/// order, until one fails again.
/// </summary>
internal sealed class LetterReplay(SelectedLetters letters, AllRoutes routes, ReplayUnit unit)
{
    /// <summary>Of one run; what is left stays open.</summary>
    public const int MaxLetters = 1_000;

    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);

    /// <param name="by">Who decided; kept with the letters.</param>
    /// <exception cref="ReplayInterruptedException">
    /// An outage; what was replayed before stays so.
    /// </exception>
    public async Task<ReplayResult> RunAsync(
        LetterSelection selection,
        string by,
        CancellationToken stop
    )
    {
        var skipped = selection.DeadLetterIds is { } ids
            ? await letters.SkippedAsync(ids, foreignToo: false, stop)
            : [];
        var began = Stopwatch.GetTimestamp();
        var (replayed, failed) = (0, new List<ReplayFailure>());
        foreach (var sequence in await letters.SequencesAsync(selection, MaxLetters, stop))
        {
            while (
                replayed + failed.Count < MaxLetters
                && Stopwatch.GetElapsedTime(began) < MaxTime
                && await unit.ReplayFirstAsync(sequence, by, stop) is { } letter
            )
            {
                if (letter.Fault is { } fault)
                {
                    failed.Add(Failure(letter.Id, sequence.Group, fault));
                    break;
                }

                replayed++;
            }
        }

        var open = await letters.CountAsync(selection, routes.Groups, stop);
        return new ReplayResult(replayed, failed, skipped, open);
    }

    private static ReplayFailure Failure(long id, string group, Exception fault) =>
        new(id, group, DeadLetterHeaders.NameOf(fault), fault.Message);
}
