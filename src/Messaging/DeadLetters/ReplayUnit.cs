using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>What came of one letter.</summary>
/// <param name="Fault">Why the group still cannot apply it; null where it has.</param>
internal sealed record ReplayedLetter(long Id, Exception? Fault);

/// <summary>What a letter's consumers depend on is away: it is as it was.</summary>
internal sealed class ReplayInterruptedException(Exception cause)
    : Exception($"Replaying depends on something that is away: {cause.Message}", cause);

/// <summary>
/// One unit of work as a batch's, for one dead letter: its event goes to the consumers of the group
/// that failed, and what they write commits with the letter's new state.
/// </summary>
internal sealed class ReplayUnit(
    AllRoutes routes,
    IServiceScopeFactory scopes,
    ConsumerFaults faults,
    NpgsqlDataSource dataSource,
    TimeProvider time
)
{
    private const int MaxConflicts = 10;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    /// <summary>Applies the oldest open letter of the sequence.</summary>
    /// <returns>null where none is open.</returns>
    /// <exception cref="ReplayInterruptedException">An outage; nothing has changed.</exception>
    public async Task<ReplayedLetter?> ReplayFirstAsync(
        LetterSequence sequence,
        string by,
        CancellationToken stop
    )
    {
        for (var conflicts = 1; ; conflicts++)
        {
            var attempt = new Attempt();
            try
            {
                await ApplyAsync(sequence, by, attempt, stop);
                return attempt.Letter is { } applied ? new ReplayedLetter(applied.Id, null) : null;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                // An edge, as in a partition's worker: whatever consumers throw is sorted here.
                var kind = faults.KindOf(e);
                if (kind == FaultKind.Poison && attempt.Letter is { } failed)
                {
                    await OpenLetters.FailAsync(dataSource, failed.Id, e, stop);
                    return new ReplayedLetter(failed.Id, e);
                }

                if (kind != FaultKind.Conflict || conflicts == MaxConflicts)
                    throw new ReplayInterruptedException(e);
            }

            await Task.Delay(Backoff.After(conflicts, FirstDelay, LongestDelay), time, stop);
        }
    }

    private async Task ApplyAsync(
        LetterSequence sequence,
        string by,
        Attempt attempt,
        CancellationToken stop
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(stop);
        attempt.Letter = await OpenLetters.LockFirstAsync(work.Connection, sequence, stop);
        if (attempt.Letter is not { } letter)
            return;

        var route = routes.Of(sequence.Group)!;
        var received = new EventReader(route, letter.Incarnation).Read(
            sequence.Topic,
            letter.Record
        );
        if (received.Fault is { } malformed)
            throw malformed;

        if (
            received.Reading == Reading.Event
            && (letter.IsClaimed || await IsNewAsync(work, sequence.Group, received.EventId, stop))
        )
            await route.DispatchAsync(scope, [received], stop);
        await OpenLetters.ResolveAsync(
            work.Connection,
            letter.Id,
            DeadLetterStatus.Replayed,
            by,
            stop
        );
        await work.CommitAsync(stop);
    }

    /// <summary>
    /// A record that was unreadable and is no longer: its event may have come in another one.
    /// </summary>
    private async Task<bool> IsNewAsync(
        UnitOfWork work,
        string group,
        Guid eventId,
        CancellationToken stop
    )
    {
        var groupId = await GroupTable.IdOfAsync(dataSource, group, stop);
        var now = TimeProvider.System.GetUtcNow();
        var claimed = await InboxTable.ClaimLettersAsync(
            work.Connection,
            groupId,
            [eventId],
            now,
            stop
        );
        return claimed.Count > 0;
    }

    private sealed class Attempt
    {
        public OpenLetter? Letter { get; set; }
    }
}
