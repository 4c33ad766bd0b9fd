using System.Data;
using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>What one customer books, and when.</summary>
internal static class GetCustomerStatistics
{
    private const int MaxArtists = 5;

    /// <param name="Seats">Of the sales that stand.</param>
    /// <param name="Spend">Of the sales that stand, in won.</param>
    internal sealed record CustomerStatistics(
        long CustomerId,
        long Bookings,
        long Confirmations,
        long Seats,
        long Spend,
        IReadOnlyList<FavouriteArtist> FavouriteArtists,
        IReadOnlyList<HourOfDayBookings> HoursOfDay,
        CustomerPatterns Patterns
    );

    internal sealed record FavouriteArtist(string Name, long Bookings, long Seats, long Spend);

    /// <param name="HourOfDay">0 to 23, Korean time.</param>
    internal sealed record HourOfDayBookings(int HourOfDay, long Bookings);

    /// <summary>Each of the lists above, one below the other.</summary>
    private sealed record Line(string About, string Name, long Bookings, long? Seats, long? Spend);

    private static readonly CsvColumns<Line> Columns = new(
        ["about", "name", "bookings", "seats", "spend"],
        (csv, line) =>
            csv.Write(line.About)
                .Write(line.Name)
                .Write(line.Bookings)
                .Write(line.Seats)
                .Write(line.Spend)
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/analytics/customers/{id}", Handle)
            .RequireAuthorization()
            .WithName("GetCustomerStatistics")
            .WithTags("Analytics")
            .WithSummary("Statistics of a customer")
            .WithDescription(
                "Bookings, spend, the five favourite artists (by seats, then bookings) and the "
                    + "hours of the day (Korean time), and how they book. Organisers and operators "
                    + "see everyone's, a customer their own. As CSV a line for each total, artist, "
                    + "hour, day and payment method."
            )
            .Produces<CustomerStatistics>()
            .WithResponseExample(200, Example)
            .WithCsv(Columns.Example(Lines(Example).First()))
            .WithParameter("id", "The customer's account id.", Examples.CustomerId)
            .Refuses(
                Problems.Validation("id", "must be positive"),
                Problems.NotFound("customer", Examples.CustomerId)
            );

    private static async Task<IResult> Handle(
        long id,
        CurrentCustomer asking,
        AnswerFormat format,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        var problem = new FieldErrors().Require(id > 0, "id", "must be positive").ToProblem();
        if ((format.Problem ?? problem) is { } unfit)
            return unfit;

        var own = asking.Id == id;
        if (!own && !asking.IsOrganiser && !asking.IsOperator)
            return Problems.NotFound("customer", id);

        await using var connection = await dataSource.OpenConnectionAsync(stop);
        // One's own account exists, even if its sign-up has not arrived here yet.
        if (!own && !await ExistsAsync(connection, id, stop))
            return Problems.NotFound("customer", id);

        // One snapshot: all of the answer is of one moment.
        await using var moment = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead,
            stop
        );
        var patterns = await CustomerPatterns.ReadAsync(connection, id, stop);
        var statistics = await ReadAsync(connection, id, patterns, stop);
        return format.IsCsv
            ? Columns.Answer($"customer-{id}", Lines(statistics))
            : TypedResults.Ok(statistics);
    }

    private static IEnumerable<Line> Lines(CustomerStatistics all) =>
        [
            new Line("total", "", all.Bookings, all.Seats, all.Spend),
            .. all.FavouriteArtists.Select(a => new Line(
                "artist",
                a.Name,
                a.Bookings,
                a.Seats,
                a.Spend
            )),
            .. all.HoursOfDay.Select(h => new Line(
                "hourOfDay",
                $"{h.HourOfDay}",
                h.Bookings,
                null,
                null
            )),
            .. all.Patterns.DaysOfWeek.Select(d => new Line(
                "dayOfWeek",
                $"{d.DayOfWeek}",
                d.Bookings,
                null,
                null
            )),
            .. all.Patterns.PaymentMethods.Select(m => new Line(
                "paymentMethod",
                m.Method,
                m.Payments,
                null,
                m.Spend
            )),
        ];

    private static async Task<bool> ExistsAsync(
        NpgsqlConnection connection,
        long id,
        CancellationToken stop
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM data_platform.customers WHERE customer_id = $1)",
            connection
        );
        command.Parameters.AddWithValue(id);
        return (bool)(await command.ExecuteScalarAsync(stop))!;
    }

    private static async Task<CustomerStatistics> ReadAsync(
        NpgsqlConnection connection,
        long id,
        CustomerPatterns patterns,
        CancellationToken stop
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        Add(
            """
            SELECT coalesce(sum(bookings), 0)::bigint, coalesce(sum(confirmations), 0)::bigint,
                coalesce(sum(seats), 0)::bigint, coalesce(sum(spend), 0)::bigint
            FROM data_platform.customer_totals WHERE customer_id = $1
            """
        );
        Add(
            $"""
            SELECT artist, sum(bookings)::bigint, sum(seats)::bigint, sum(spend)::bigint
            FROM data_platform.customer_totals JOIN data_platform.concerts USING (concert_id)
            WHERE customer_id = $1 AND artist IS NOT NULL
            GROUP BY artist ORDER BY sum(seats) DESC, sum(bookings) DESC, artist LIMIT {MaxArtists}
            """
        );
        Add(
            """
            SELECT hour_of_day, bookings FROM data_platform.customer_hours
            WHERE customer_id = $1 AND bookings > 0 ORDER BY hour_of_day
            """
        );

        await using var reader = await batch.ExecuteReaderAsync(stop);
        await reader.ReadAsync(stop);
        var totals = new CustomerStatistics(
            id,
            reader.GetInt64(0),
            reader.GetInt64(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            [],
            [],
            patterns
        );
        await reader.NextResultAsync(stop);
        var artists = new List<FavouriteArtist>();
        while (await reader.ReadAsync(stop))
        {
            artists.Add(
                new FavouriteArtist(
                    reader.GetString(0),
                    reader.GetInt64(1),
                    reader.GetInt64(2),
                    reader.GetInt64(3)
                )
            );
        }

        await reader.NextResultAsync(stop);
        var hours = new List<HourOfDayBookings>();
        while (await reader.ReadAsync(stop))
            hours.Add(new HourOfDayBookings(reader.GetInt32(0), reader.GetInt64(1)));
        return totals with { FavouriteArtists = artists, HoursOfDay = hours };

        void Add(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.AddWithValue(id);
            batch.BatchCommands.Add(command);
        }
    }

    private static CustomerStatistics Example { get; } =
        new(
            Examples.CustomerId,
            Bookings: 1,
            Confirmations: 1,
            Examples.SeatIds.Count,
            Examples.TotalWon,
            [new FavouriteArtist(Examples.Artist, 1, Examples.SeatIds.Count, Examples.TotalWon)],
            [new HourOfDayBookings(20, 1)],
            new CustomerPatterns(
                Examples.HeldAt,
                Examples.HeldAt,
                Expiries: 0,
                Cancellations: 0,
                Returns: 0,
                Conversion: 1,
                Examples.SeatIds.Count,
                MedianSecondsToPay: 40,
                MedianSecondsAfterSaleStart: 12,
                [new DayOfWeekBookings(5, 1)],
                [new MethodPayments("CARD", 1, 0, Examples.TotalWon)]
            )
        );
}
