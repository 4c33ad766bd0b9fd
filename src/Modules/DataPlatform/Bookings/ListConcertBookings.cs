using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>Every booking of a concert: page by page, or all of them as CSV.</summary>
internal static class ListConcertBookings
{
    private static readonly PageSize Size = new(Default: 50, Max: 500);
    private const int CursorKeys = 2;

    /// <param name="Items">By customer, and of a customer the first one first.</param>
    /// <param name="NextCursor">
    /// Sent as <c>cursor</c> it brings the next page; null on the last.
    /// </param>
    internal sealed record ConcertBookings(
        long ConcertId,
        string Name,
        IReadOnlyList<Booking> Items,
        string? NextCursor
    );

    private sealed record Named(long ConcertId, string Name, Booking Booking);

    private static readonly CsvColumns<Named> Columns = new(
        [
            "concertId",
            "concertName",
            "reservationId",
            "customerId",
            "status",
            "seats",
            "amount",
            "heldAt",
            "paidAt",
            "confirmedAt",
            "expiredAt",
            "cancelledAt",
            "refundedAt",
        ],
        (csv, row) =>
            csv.Write(row.ConcertId)
                .Write(row.Name)
                .Write(row.Booking.ReservationId)
                .Write(row.Booking.CustomerId)
                .Write(row.Booking.Status)
                .Write(row.Booking.Seats)
                .Write(row.Booking.Amount)
                .Write(row.Booking.HeldAt)
                .Write(row.Booking.PaidAt)
                .Write(row.Booking.ConfirmedAt)
                .Write(row.Booking.ExpiredAt)
                .Write(row.Booking.CancelledAt)
                .Write(row.Booking.RefundedAt)
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/analytics/concerts/{id}/bookings", Handle)
            .RequireAuthorization(Roles.OrganiserOrOperator)
            .WithName("ListConcertBookings")
            .WithTags("Analytics")
            .WithSummary("List the bookings of a concert")
            .WithDescription(
                "By customer. `HELD` a hold, or being paid; `SOLD` a sale that stands; `EXPIRED`; "
                    + "`CANCELLED` before, `RETURNED` after it was sold. As CSV all of them at "
                    + "once, whatever cursor and limit say, each as it is when its row is written."
            )
            .Produces<ConcertBookings>()
            .WithResponseExample(
                200,
                new ConcertBookings(
                    Examples.ConcertId,
                    Examples.ConcertName,
                    [Booking.Example],
                    NextCursor: null
                )
            )
            .WithCsv(
                Columns.Example(
                    new Named(Examples.ConcertId, Examples.ConcertName, Booking.Example)
                )
            )
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .WithPaging(Size, "Bookings", Examples.CustomerId, Examples.ReservationId)
            .Refuses(Problems.NotFound("concert", Examples.ConcertId));

    private static async Task<IResult> Handle(
        long id,
        string? cursor,
        int? limit,
        AnswerFormat format,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        var behind = cursor is null ? [-1, -1] : Cursor.Parse(cursor, CursorKeys);
        var problem = new FieldErrors()
            .Require(id > 0, "id", "must be positive")
            .Require(limit is null || (limit >= 1 && limit <= Size.Max), "limit", Size.Rule)
            .Require(behind is not null, "cursor", Cursor.Rule)
            .ToProblem();
        if ((format.Problem ?? problem) is { } refusal)
            return refusal;
        if (await NameOfAsync(dataSource, id, stop) is not { } name)
            return Problems.NotFound("concert", id);

        var bookings = new Bookings(dataSource, id);
        if (format.IsCsv)
        {
            var rows = bookings.AllAsync(stop).Select(b => new Named(id, name, b));
            return Columns.Answer($"concert-{id}-bookings", rows);
        }

        var count = limit ?? Size.Default;
        var page = await bookings.PageAsync((behind![0], behind[1]), count + 1, stop);
        var items = page.Take(count).ToList();
        return TypedResults.Ok(
            new ConcertBookings(
                id,
                name,
                items,
                page.Count > count ? Cursor.Of(items[^1].CustomerId, items[^1].ReservationId) : null
            )
        );
    }

    private static async Task<string?> NameOfAsync(
        NpgsqlDataSource dataSource,
        long id,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            "SELECT name FROM data_platform.concerts WHERE concert_id = $1"
        );
        command.Parameters.AddWithValue(id);
        return (string?)await command.ExecuteScalarAsync(stop);
    }
}
