using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>How the sale of one concert goes.</summary>
internal static class GetConcertStatistics
{
    /// <summary>Hours shown at most; a sale that lasts longer shows its newest.</summary>
    private const int MaxHours = 24 * 31;

    /// <param name="Conversion">
    /// Confirmed per booked reservation, 0 to 1; null before the first.
    /// </param>
    /// <param name="SellThrough">Sold per seat of the house, 0 to 1.</param>
    /// <param name="Revenue">Of the sales that stand, in won.</param>
    internal sealed record ConcertStatistics(
        long ConcertId,
        string Name,
        string? Artist,
        int? TotalSeats,
        DateTimeOffset? BookingStartTime,
        DateTimeOffset? SoldOutTime,
        bool Cancelled,
        long Bookings,
        long Confirmations,
        long Expiries,
        long Cancellations,
        long HeldSeats,
        long SoldSeats,
        long Revenue,
        double? Conversion,
        double? SellThrough,
        IReadOnlyList<HourOfConcert> Hours
    );

    /// <param name="SoldSoFar">Seats sold and not returned at the end of the hour.</param>
    internal sealed record HourOfConcert(
        DateTimeOffset Start,
        long SeatsBooked,
        long SeatsSold,
        long SeatsReturned,
        long SoldSoFar,
        double? SellThrough
    );

    private static readonly CsvColumns<HourOfConcert> Columns = new(
        ["start", "seatsBooked", "seatsSold", "seatsReturned", "soldSoFar", "sellThrough"],
        (csv, hour) =>
            csv.Write(hour.Start)
                .Write(hour.SeatsBooked)
                .Write(hour.SeatsSold)
                .Write(hour.SeatsReturned)
                .Write(hour.SoldSoFar)
                .Write(hour.SellThrough)
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/analytics/concerts/{id}", Handle)
            .RequireAuthorization(Roles.OrganiserOrOperator)
            .WithName("GetConcertStatistics")
            .WithTags("Analytics")
            .WithSummary("Statistics of a concert")
            .WithDescription(
                "Seats held and sold, revenue, conversion, and the sell-through hour by hour "
                    + "(UTC). As CSV the hours."
            )
            .Produces<ConcertStatistics>()
            .WithResponseExample(200, Example)
            .WithCsv(Columns.Example(Example.Hours[0]))
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .Refuses(
                Problems.Validation("id", "must be positive"),
                Problems.NotFound("concert", Examples.ConcertId)
            );

    private static async Task<IResult> Handle(
        long id,
        AnswerFormat format,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        var problem = new FieldErrors().Require(id > 0, "id", "must be positive").ToProblem();
        if ((format.Problem ?? problem) is { } unfit)
            return unfit;

        await using var connection = await dataSource.OpenConnectionAsync(stop);
        var concert = await FindAsync(connection, id, stop);
        if (concert is null)
            return Problems.NotFound("concert", id);

        var hours = await HoursAsync(connection, id, concert.TotalSeats, stop);
        return format.IsCsv
            ? Columns.Answer($"concert-{id}-hours", hours)
            : TypedResults.Ok(concert with { Hours = hours });
    }

    private static async Task<ConcertStatistics?> FindAsync(
        NpgsqlConnection connection,
        long id,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT name, artist, total_seats, booking_start_time, sold_out_time,
                cancelled_at IS NOT NULL, coalesce(bookings, 0), coalesce(confirmations, 0),
                coalesce(expiries, 0), coalesce(cancellations, 0), coalesce(held_seats, 0),
                coalesce(sold_seats, 0), coalesce(revenue, 0)
            FROM data_platform.concerts LEFT JOIN data_platform.concert_totals USING (concert_id)
            WHERE concert_id = $1
            """,
            connection
        );
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop))
            return null;

        int? totalSeats = reader.IsDBNull(2) ? null : reader.GetInt32(2);
        var (bookings, confirmations) = (reader.GetInt64(6), reader.GetInt64(7));
        return new ConcertStatistics(
            id,
            reader.GetString(0),
            reader.IsDBNull(1) ? null : reader.GetString(1),
            totalSeats,
            reader.TimeAt(3),
            reader.TimeAt(4),
            reader.GetBoolean(5),
            bookings,
            confirmations,
            reader.GetInt64(8),
            reader.GetInt64(9),
            reader.GetInt64(10),
            reader.GetInt64(11),
            reader.GetInt64(12),
            Share.Of(confirmations, bookings),
            Share.Of(reader.GetInt64(11), totalSeats),
            []
        );
    }

    private static async Task<IReadOnlyList<HourOfConcert>> HoursAsync(
        NpgsqlConnection connection,
        long id,
        int? totalSeats,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT hour, seats_booked, seats_sold, seats_returned,
                sum(seats_sold - seats_returned) OVER (ORDER BY hour)::bigint
            FROM data_platform.hours WHERE concert_id = $1 ORDER BY hour DESC LIMIT $2
            """,
            connection
        );
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(MaxHours);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var hours = new List<HourOfConcert>();
        while (await reader.ReadAsync(stop))
        {
            hours.Add(
                new HourOfConcert(
                    reader.GetFieldValue<DateTimeOffset>(0),
                    reader.GetInt64(1),
                    reader.GetInt64(2),
                    reader.GetInt64(3),
                    reader.GetInt64(4),
                    Share.Of(reader.GetInt64(4), totalSeats)
                )
            );
        }

        hours.Reverse();
        return hours;
    }

    private static ConcertStatistics Example
    {
        get
        {
            var (hour, sold) = (Examples.BookingStartTime, Examples.SoldSeats);
            return new ConcertStatistics(
                Examples.ConcertId,
                Examples.ConcertName,
                Examples.Artist,
                Examples.TotalSeats,
                hour,
                SoldOutTime: null,
                Cancelled: false,
                Bookings: 236,
                Confirmations: 206,
                Expiries: 9,
                Cancellations: 5,
                Examples.HeldSeats,
                sold,
                Revenue: 59_092_000,
                Share.Of(206, 236),
                Share.Of(sold, Examples.TotalSeats),
                [new HourOfConcert(hour, 473, sold, 0, sold, Share.Of(sold, Examples.TotalSeats))]
            );
        }
    }
}
