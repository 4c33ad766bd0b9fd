using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>What happened in each hour, over all concerts.</summary>
internal static class GetHourlyStatistics
{
    private static readonly TimeSpan DefaultRange = TimeSpan.FromHours(24);
    private static readonly TimeSpan MaxRange = TimeSpan.FromDays(31);

    /// <param name="From">The start of the first hour.</param>
    /// <param name="To">The end of the last hour.</param>
    internal sealed record HourlyStatistics(
        DateTimeOffset From,
        DateTimeOffset To,
        SumsOfHour Total,
        IReadOnlyList<StatisticsHour> Hours
    );

    internal sealed record StatisticsHour(DateTimeOffset Start, SumsOfHour Sums);

    /// <summary>
    /// Bookings, confirmations, expiries and cancellations are reservations; money is won.
    /// </summary>
    internal sealed record SumsOfHour(
        long Bookings,
        long SeatsBooked,
        long Confirmations,
        long SeatsSold,
        long Revenue,
        long Expiries,
        long Cancellations,
        long SeatsReturned,
        long Refunds
    );

    private static readonly CsvColumns<StatisticsHour> Columns = new(
        [
            "start",
            "bookings",
            "seatsBooked",
            "confirmations",
            "seatsSold",
            "revenue",
            "expiries",
            "cancellations",
            "seatsReturned",
            "refunds",
        ],
        (csv, hour) =>
            csv.Write(hour.Start)
                .Write(hour.Sums.Bookings)
                .Write(hour.Sums.SeatsBooked)
                .Write(hour.Sums.Confirmations)
                .Write(hour.Sums.SeatsSold)
                .Write(hour.Sums.Revenue)
                .Write(hour.Sums.Expiries)
                .Write(hour.Sums.Cancellations)
                .Write(hour.Sums.SeatsReturned)
                .Write(hour.Sums.Refunds)
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/analytics/hourly", Handle)
            .RequireAuthorization(Roles.OrganiserOrOperator)
            .WithName("GetHourlyStatistics")
            .WithTags("Analytics")
            .WithSummary("Statistics by hour")
            .WithDescription(
                "Bookings, confirmations, revenue, expiries and cancellations of every hour (UTC) "
                    + "that [from, to) touches; at most 31 days, by default the last 24 hours."
            )
            .Produces<HourlyStatistics>()
            .WithResponseExample(200, Example)
            .WithCsv(Columns.Example(Example.Hours[0]))
            .WithParameter(
                "from",
                "In the first hour; a day before the end where it is missing.",
                Examples.BookingStartTime
            )
            .WithParameter(
                "to",
                "After the last hour; now where it is missing.",
                Examples.BookingStartTime.AddHours(1)
            )
            .Refuses(Problems.Validation("to", "must be at most 31 days after from"));

    private static async Task<IResult> Handle(
        DateTimeOffset? from,
        DateTimeOffset? to,
        AnswerFormat format,
        NpgsqlDataSource dataSource,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var now = clock.GetUtcNow();
        if (TimeRange.Check(from, to, now).ToProblem() is { } unreasonable)
            return unreasonable;

        var end = to ?? (from is { } given ? Earlier(given + DefaultRange, now) : now);
        var start = from ?? end - DefaultRange;
        var errors = new FieldErrors()
            .Require(start < end, "from", "must be before to")
            .Require(end - start <= MaxRange, "to", "must be at most 31 days after from");
        if ((format.Problem ?? errors.ToProblem()) is { } problem)
            return problem;

        var firstHour = start.AddTicks(-(start.UtcTicks % TimeSpan.TicksPerHour));
        var count = (int)Math.Ceiling((end - firstHour) / TimeSpan.FromHours(1));
        var hours = await ReadAsync(dataSource, firstHour, count, stop);
        if (format.IsCsv)
            return Columns.Answer("hourly", hours);

        return TypedResults.Ok(
            new HourlyStatistics(hours[0].Start, hours[^1].Start.AddHours(1), Total(hours), hours)
        );
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static async Task<List<StatisticsHour>> ReadAsync(
        NpgsqlDataSource dataSource,
        DateTimeOffset firstHour,
        int count,
        CancellationToken stop
    )
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT hour, coalesce(sum(bookings), 0)::bigint, coalesce(sum(seats_booked), 0)::bigint,
                coalesce(sum(confirmations), 0)::bigint, coalesce(sum(seats_sold), 0)::bigint,
                coalesce(sum(revenue), 0)::bigint, coalesce(sum(expiries), 0)::bigint,
                coalesce(sum(cancellations), 0)::bigint, coalesce(sum(seats_returned), 0)::bigint,
                coalesce(sum(refunds), 0)::bigint
            FROM (SELECT $1 + n * interval '1 hour' AS hour FROM generate_series(0, $2 - 1) AS n)
                AS asked
            LEFT JOIN data_platform.hours USING (hour)
            GROUP BY hour ORDER BY hour
            """
        );
        command.Parameters.AddWithValue(firstHour.UtcDateTime);
        command.Parameters.AddWithValue(count);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var hours = new List<StatisticsHour>();
        while (await reader.ReadAsync(stop))
        {
            hours.Add(
                new StatisticsHour(
                    reader.GetFieldValue<DateTimeOffset>(0),
                    new SumsOfHour(
                        reader.GetInt64(1),
                        reader.GetInt64(2),
                        reader.GetInt64(3),
                        reader.GetInt64(4),
                        reader.GetInt64(5),
                        reader.GetInt64(6),
                        reader.GetInt64(7),
                        reader.GetInt64(8),
                        reader.GetInt64(9)
                    )
                )
            );
        }

        return hours;
    }

    private static SumsOfHour Total(IReadOnlyList<StatisticsHour> hours) =>
        new(
            hours.Sum(h => h.Sums.Bookings),
            hours.Sum(h => h.Sums.SeatsBooked),
            hours.Sum(h => h.Sums.Confirmations),
            hours.Sum(h => h.Sums.SeatsSold),
            hours.Sum(h => h.Sums.Revenue),
            hours.Sum(h => h.Sums.Expiries),
            hours.Sum(h => h.Sums.Cancellations),
            hours.Sum(h => h.Sums.SeatsReturned),
            hours.Sum(h => h.Sums.Refunds)
        );

    private static HourlyStatistics Example
    {
        get
        {
            var hour = Examples.BookingStartTime;
            var sums = new SumsOfHour(236, 473, 206, Examples.SoldSeats, 59_092_000, 9, 5, 0, 0);
            return new HourlyStatistics(
                hour,
                hour.AddHours(1),
                sums,
                [new StatisticsHour(hour, sums)]
            );
        }
    }
}
