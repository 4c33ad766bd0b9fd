using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ConcertReservation.Messaging;

/// <summary>An operator has dead letters applied after all.</summary>
internal static class ReplayDeadLetters
{
    private const int RetryAfterSeconds = 5;

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/ops/dead-letters/replay", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ReplayDeadLetters")
            .WithTags("Operations")
            .WithSummary("Replay dead letters")
            .WithDescription(
                "Gives them to the group that failed, and to no other: by `deadLetterIds`, by "
                    + "`group`, `topic` and `key`, or `all`. Of a key, everything that waits is "
                    + "replayed in its order, from the oldest on, until one fails again. Repeating "
                    + "a request does no harm. One request replays up to "
                    + $"{LetterReplay.MaxLetters} letters, or as many as "
                    + $"{LetterReplay.MaxTime.TotalSeconds} seconds allow: repeat it while "
                    + "`stillOpen` falls. Letters of other systems' groups are skipped."
            )
            .WithRequestExample(new LetterSelection([DeadLetterView.Example.DeadLetterId]))
            .Produces<ReplayResult>()
            .WithResponseExample(200, Example())
            .Refuses(Problems.Validation("deadLetterIds", LetterSelection.Rule), Away());

    private static async Task<IResult> Handle(
        LetterSelection selection,
        CurrentCustomer by,
        LetterReplay replay,
        CancellationToken stop
    )
    {
        if (selection.ToProblem() is { } problem)
            return problem;

        try
        {
            return TypedResults.Ok(await replay.RunAsync(selection, by.KeptName, stop));
        }
        catch (ReplayInterruptedException)
        {
            return Away();
        }
    }

    private static Problem Away() =>
        Problems.Overloaded(
            "Something that the group depends on is away. What was replayed before stays so.",
            RetryAfterSeconds
        );

    private static ReplayResult Example()
    {
        var letter = DeadLetterView.Example;
        var again = new ReplayFailure(
            letter.DeadLetterId + 5,
            letter.Group,
            letter.ExceptionType,
            letter.ExceptionMessage
        );
        return new ReplayResult(2, [again], [], 1);
    }
}
