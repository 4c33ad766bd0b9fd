using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Notifications;

/// <summary>What customers were told, are about to be told, or could not be.</summary>
internal static class ListMails
{
    private static readonly PageSize Size = new(Default: 50, Max: 500);

    private const string PageSql = $"""
        SELECT {MailView.Columns} FROM notifications.mails
        WHERE id < $1
            AND ($2::text IS NULL OR state = $2)
            AND ($3::bigint IS NULL OR user_id = $3)
        ORDER BY id DESC
        LIMIT $4
        """;

    /// <param name="NextCursor">
    /// Sent as <c>cursor</c> it brings the next page; null on the last.
    /// </param>
    internal sealed record Response(IReadOnlyList<MailView> Items, string? NextCursor);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/ops/mails", Handle)
            .RequireAuthorization(Roles.Operator)
            .WithName("ListMails")
            .WithTags("Operations")
            .WithSummary("List mails")
            .WithDescription(
                "The newest first. `pending`: to be sent, or tried again. `sent`: a server has "
                    + "taken it. `failed`: refused for good, or at every attempt; `bounced`: "
                    + "taken, and come back. `reason` says why."
            )
            .Produces<Response>()
            .WithResponseExample(
                200,
                new Response([MailView.Example], Cursor.Of(MailView.Example.MailId))
            )
            .WithParameter("state", "Only mails in this state.", "failed", [.. MailView.States])
            .WithParameter("customerId", "Only this customer's.", Examples.CustomerId)
            .WithPaging(Size, "Mails", MailView.Example.MailId);

    private static async Task<IResult> Handle(
        string? state,
        long? customerId,
        string? cursor,
        int? limit,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        var problem = Size.Check(cursor, limit)
            .Require(
                state is null || MailView.States.Contains(state),
                "state",
                $"must be one of {string.Join(", ", MailView.States)}"
            )
            .Require(customerId is null or > 0, "customerId", "must be positive")
            .ToProblem();
        if (problem is not null)
            return problem;

        var page = Size.Of(cursor, limit);
        await using var command = dataSource.CreateCommand(PageSql);
        command.Parameters.AddWithValue(page.Below);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = state });
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = customerId });
        command.Parameters.AddWithValue(page.Limit);
        var (items, next) = await page.ReadAsync(command, MailView.Read, mail => mail.MailId, stop);
        return TypedResults.Ok(new Response(items, next));
    }
}
