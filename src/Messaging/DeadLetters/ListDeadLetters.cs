using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Messaging;

/// <summary>What groups could not apply, the newest first, page by page.</summary>
internal static class ListDeadLetters
{
    private static readonly PageSize Size = new(Default: 50, Max: 500);

    private const string PageSql = $"""
        SELECT {DeadLetterView.Columns} FROM messaging.dead_letters
        WHERE dead_letter_id < $1
            AND ($2::text IS NULL OR consumer_group = $2)
            AND ($3::text IS NULL OR topic = $3)
            AND ($4::text IS NULL OR status = $4)
        ORDER BY dead_letter_id DESC
        LIMIT $5
        """;

    /// <param name="NextCursor">
    /// Sent as <c>cursor</c> it brings the next page; null on the last.
    /// </param>
    internal sealed record Response(IReadOnlyList<DeadLetterView> Items, string? NextCursor);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/ops/dead-letters", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ListDeadLetters")
            .WithTags("Operations")
            .WithSummary("List dead letters")
            .WithDescription(
                "Records that a consumer group could not apply, the newest first. `waiting`: it "
                    + "failed at every attempt. `parked`: a later event of the same key, in line "
                    + "behind it. `replayed` and `discarded`: somebody has decided."
            )
            .Produces<Response>()
            .WithResponseExample(
                200,
                new Response(
                    [DeadLetterView.Example],
                    Cursor.Of(DeadLetterView.Example.DeadLetterId)
                )
            )
            .WithParameter("topic", "Only records of this topic.", Topics.Reservations)
            .WithParameter("group", "Only those of this group.", DeadLetterView.Example.Group)
            .WithParameter(
                "state",
                "Only those in this state.",
                DeadLetterStatus.Waiting,
                [.. DeadLetterStatus.All]
            )
            .WithPaging(Size, "Letters", DeadLetterView.Example.DeadLetterId);

    private static async Task<IResult> Handle(
        string? topic,
        string? group,
        string? state,
        string? cursor,
        int? limit,
        AllRoutes routes,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        var problem = Size.Check(cursor, limit)
            .Require(
                state is null || DeadLetterStatus.All.Contains(state),
                "state",
                $"must be one of {string.Join(", ", DeadLetterStatus.All)}"
            )
            .RequireName("topic", topic)
            .RequireName("group", group)
            .ToProblem();
        if (problem is not null)
            return problem;

        var page = Size.Of(cursor, limit);
        await using var command = dataSource.CreateCommand(PageSql);
        command.Parameters.AddWithValue(page.Below);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = group });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = topic });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = state });
        command.Parameters.AddWithValue(page.Limit);
        var (items, next) = await page.ReadAsync(
            command,
            row => DeadLetterView.Read(row, routes),
            letter => letter.DeadLetterId,
            stop
        );
        return TypedResults.Ok(new Response(items, next));
    }
}
