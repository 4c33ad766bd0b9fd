using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>A customer's reservations, the newest first, page by page.</summary>
internal static class ListReservations
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    private const string PageSql = $"""
        {ReservationView.SelectSql}
        WHERE r.customer_id = $1 AND r.id < $2
        ORDER BY r.id DESC
        LIMIT $3
        """;

    /// <param name="NextCursor">
    /// Sent as <c>cursor</c> it brings the next page; null on the last.
    /// </param>
    public sealed record Response(IReadOnlyList<ReservationView> Items, string? NextCursor);

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/reservations", Handle)
            .RequireAuthorization()
            .WithName("ListReservations")
            .WithTags("Reservations")
            .WithSummary("List your reservations")
            .WithDescription("The newest first.")
            .Produces<Response>(200)
            .WithResponseExample(
                200,
                new Response([ReservationView.Example], Cursor.Of(Examples.ReservationId))
            )
            .WithParameter(
                "cursor",
                "The nextCursor of the page before; without it, the first page.",
                Cursor.Of(Examples.ReservationId)
            )
            .WithParameter(
                "limit",
                $"Reservations a page, 1 to {MaxLimit}; {DefaultLimit} where it is missing.",
                DefaultLimit
            )
            .Refuses(Problems.Validation("limit", $"must be 1 to {MaxLimit}"));

    private static async Task<IResult> Handle(
        string? cursor,
        int? limit,
        CurrentCustomer customer,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        long[]? after = cursor is null ? [long.MaxValue] : Cursor.Parse(cursor, 1);
        var errors = new FieldErrors()
            .Require(after is not null, "cursor", Cursor.Rule)
            .Require(limit is null or (>= 1 and <= MaxLimit), "limit", $"must be 1 to {MaxLimit}");
        if (errors.ToProblem() is { } problem)
            return problem;

        var count = limit ?? DefaultLimit;
        await using var command = dataSource.CreateCommand(PageSql);
        command.Parameters.AddWithValue(customer.Id);
        command.Parameters.AddWithValue(after![0]);
        // One more than asked for tells whether there is a next page.
        command.Parameters.AddWithValue(count + 1);
        var items = new List<ReservationView>(count + 1);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
            items.Add(ReservationView.Read(reader));

        if (items.Count <= count)
            return TypedResults.Ok(new Response(items, null));

        items.RemoveAt(count);
        return TypedResults.Ok(new Response(items, Cursor.Of(items[^1].ReservationId)));
    }
}
