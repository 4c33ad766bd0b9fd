using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace ConcertReservation.Reservations;

/// <summary>A customer's reservations, the newest first, page by page.</summary>
internal static class ListReservations
{
    private static readonly PageSize Size = new(Default: 20, Max: 100);

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
            .WithPaging(Size, "Reservations", Examples.ReservationId);

    private static async Task<IResult> Handle(
        string? cursor,
        int? limit,
        CurrentCustomer customer,
        NpgsqlDataSource dataSource,
        IOptions<ReservationsOptions> options,
        CancellationToken stop
    )
    {
        if (Size.Check(cursor, limit).ToProblem() is { } problem)
            return problem;

        var page = Size.Of(cursor, limit);
        await using var command = dataSource.CreateCommand(PageSql);
        command.Parameters.AddWithValue(customer.Id);
        command.Parameters.AddWithValue(page.Below);
        command.Parameters.AddWithValue(page.Limit);
        var (items, next) = await page.ReadAsync(
            command,
            row => ReservationView.Read(row, options.Value),
            reservation => reservation.ReservationId,
            stop
        );
        return TypedResults.Ok(new Response(items, next));
    }
}
