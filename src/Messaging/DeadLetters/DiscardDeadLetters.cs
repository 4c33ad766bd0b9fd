using ConcertReservation.BuildingBlocks.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>Dead letters that shall never be applied.</summary>
internal static class DiscardDeadLetters
{
    /// <summary>As batches do, before they ask which keys are blocked.</summary>
    private const string LockSql = $"""
        SELECT FROM messaging.consumer_positions AS position
        WHERE (consumer_group, topic, partition) IN (
            SELECT consumer_group, topic, partition FROM messaging.dead_letters
            WHERE {LetterSelection.IsSelected})
        ORDER BY consumer_group, topic, partition, incarnation FOR UPDATE
        """;

    /// <summary>
    /// Counts what is open of the keys as it was before the statement. A letter that comes after
    /// the others were judged is left to the next request.
    /// </summary>
    private const string DiscardSql = $"""
        WITH discarded AS (
            UPDATE messaging.dead_letters
            SET status = 'discarded', resolved_at = clock.now(), resolved_by = $6
            WHERE {LetterSelection.IsSelected}
                AND (consumer_group <> ALL ($7) OR dead_letter_id = ANY ($8))
            RETURNING dead_letter_id, consumer_group, topic, partition, key)
        SELECT (SELECT count(*) FROM discarded),
            (SELECT count(*) FROM messaging.dead_letters AS behind
            WHERE status IN ('waiting', 'parked')
                AND dead_letter_id NOT IN (SELECT dead_letter_id FROM discarded)
                AND EXISTS (
                    SELECT FROM discarded AS d
                    WHERE d.consumer_group = behind.consumer_group AND d.topic = behind.topic
                        AND d.partition = behind.partition
                        AND sha256(d.key) = sha256(behind.key) AND d.key = behind.key))
        """;

    /// <param name="Skipped">Of the ids that were sent.</param>
    /// <param name="ReplayOnly">
    /// Open letters of the selection that move money or seats, and stay until they are replayed.
    /// </param>
    /// <param name="StillParked">
    /// Open letters of the same keys, which go on blocking them until they are decided about.
    /// </param>
    internal sealed record Response(
        long Discarded,
        IReadOnlyList<SkippedLetter> Skipped,
        long ReplayOnly,
        long StillParked
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/ops/dead-letters/discard", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("DiscardDeadLetters")
            .WithTags("Operations")
            .WithSummary("Discard dead letters")
            .WithDescription(
                "The group never applies them: by `deadLetterIds`, by `group`, `topic` and `key`, "
                    + "or `all`. What is parked behind a discarded one stays open, and is applied "
                    + "once it is replayed. Repeating a request does no harm. Events that move "
                    + "money or seats of ours cannot be discarded, only replayed: one that is "
                    + "named alone is refused, others are passed over and counted as "
                    + "`replayOnly`. A record that nobody can read, or that names a payment or a "
                    + "reservation that there is not, is no such event."
            )
            .WithRequestExample(new LetterSelection([DeadLetterView.Example.DeadLetterId]))
            .Produces<Response>()
            .WithResponseExample(200, new Response(1, [], 0, 2))
            .Refuses(Problems.Validation("deadLetterIds", LetterSelection.Rule), IsKept(Example()));

    private static async Task<IResult> Handle(
        LetterSelection selection,
        CurrentCustomer by,
        SelectedLetters letters,
        ReplayOnlyLetters replayOnly,
        UnitOfWork work,
        CancellationToken stop
    )
    {
        if (selection.ToProblem() is { } problem)
            return problem;

        var skipped = selection.DeadLetterIds is { } ids
            ? await letters.SkippedAsync(ids, foreignToo: true, stop)
            : [];
        return await work.RunAsync(DiscardAsync, stop);

        async Task<IResult> DiscardAsync(CancellationToken stop)
        {
            await using var locking = new NpgsqlCommand(LockSql, work.Connection);
            selection.AddParameters(locking.Parameters, groups: null);
            await locking.ExecuteNonQueryAsync(stop);

            var judged = await replayOnly.JudgeAsync(work.Connection, selection, stop);
            if (selection.DeadLetterIds?.Distinct().Count() == 1 && judged.Kept is [var kept])
                return IsKept(kept);

            await using var command = new NpgsqlCommand(DiscardSql, work.Connection);
            selection.AddParameters(command.Parameters, groups: null);
            command.Parameters.AddWithValue(by.KeptName);
            command.Parameters.AddWithValue(replayOnly.Groups.ToArray());
            command.Parameters.AddWithValue(judged.Free.ToArray());
            await using var reader = await command.ExecuteReaderAsync(stop);
            await reader.ReadAsync(stop);
            return TypedResults.Ok(
                new Response(
                    reader.GetInt64(0),
                    selection.DeadLetterIds is null ? [] : [.. skipped, .. Skipped(judged)],
                    judged.Kept.Count,
                    reader.GetInt64(1)
                )
            );
        }
    }

    private static IEnumerable<SkippedLetter> Skipped(JudgedLetters judged) =>
        judged.Kept.Select(letter => new SkippedLetter(letter.Id, "replay-only"));

    private static Problem IsKept(KeptLetter letter) =>
        Problems.IllegalState(
            $"Dead letter {letter.Id} is a {letter.EventType}, by which {letter.Group} moves money "
                + "or seats: it cannot be discarded. Mend what it failed by, and replay it."
        );

    private static KeptLetter Example() =>
        new(DeadLetterView.Example.DeadLetterId, "reservation-service", "PAYMENT_COMPLETED");
}
