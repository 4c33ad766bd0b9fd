using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>How a concert fills, interval by interval.</summary>
internal static class GetConcertSellThrough
{
    /// <remarks>What happened before the range is one row, without a start.</remarks>
    private const string Sql = """
        SELECT CASE WHEN happened_at >= $2 THEN date_bin($4, happened_at, $5) END AS start,
            sum(sold)::bigint, sum(returned)::bigint, sum(revenue)::bigint, sum(refunds)::bigint
        FROM data_platform.reservations r
        CROSS JOIN LATERAL (VALUES
            (r.confirmed_at, r.seats, 0, r.amount, 0), (r.cancelled_at, 0, r.seats, 0, r.amount)
        ) AS change (happened_at, sold, returned, revenue, refunds)
        WHERE r.concert_id = $1 AND r.confirmed_at IS NOT NULL AND happened_at < $3
        GROUP BY start ORDER BY start NULLS FIRST
        """;

    /// <param name="From">The start of the first interval; null where there is none.</param>
    /// <param name="To">The end of the last interval.</param>
    /// <param name="Interval">minute, hour or day.</param>
    /// <param name="SoldBefore">Seats sold and not returned when the first one began.</param>
    internal sealed record ConcertSellThrough(
        long ConcertId,
        string Name,
        int? TotalSeats,
        DateTimeOffset? From,
        DateTimeOffset? To,
        string? Interval,
        long SoldBefore,
        IReadOnlyList<SellThroughInterval> Intervals
    );

    /// <param name="SoldSoFar">Seats sold and not returned at its end.</param>
    /// <param name="SellThrough">These per seat of the house, 0 to 1.</param>
    /// <param name="Revenue">In won, of what was sold in it.</param>
    /// <param name="Refunds">In won, of what was returned in it.</param>
    internal sealed record SellThroughInterval(
        DateTimeOffset Start,
        long SeatsSold,
        long SeatsReturned,
        long SoldSoFar,
        double? SellThrough,
        long Revenue,
        long Refunds
    );

    private static readonly CsvColumns<SellThroughInterval> Columns = new(
        ["start", "seatsSold", "seatsReturned", "soldSoFar", "sellThrough", "revenue", "refunds"],
        (csv, interval) =>
            csv.Write(interval.Start)
                .Write(interval.SeatsSold)
                .Write(interval.SeatsReturned)
                .Write(interval.SoldSoFar)
                .Write(interval.SellThrough)
                .Write(interval.Revenue)
                .Write(interval.Refunds)
    );

    public static void Map(IEndpointRouteBuilder api) =>
        ConcertRange.Document(
            api.MapGet("/analytics/concerts/{id}/sell-through", Handle)
                .RequireAuthorization(Roles.OrganiserOrOperator)
                .WithName("GetConcertSellThrough")
                .WithTags("Analytics")
                .WithSummary("Sell-through of a concert over time")
                .WithDescription(
                    "Seats sold and returned in each interval, by when that happened, and how full "
                        + "the house was at its end. As CSV the intervals."
                )
                .Produces<ConcertSellThrough>()
                .WithResponseExample(200, Example)
                .WithCsv(Columns.Example(Example.Intervals[0]))
        );

    private static async Task<IResult> Handle(
        long id,
        DateTimeOffset? from,
        DateTimeOffset? to,
        string? interval,
        AnswerFormat format,
        NpgsqlDataSource dataSource,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var question = new ConcertRange.Question(id, from, to, interval, clock.GetUtcNow());
        if ((format.Problem ?? question.Check()) is { } unfit)
            return unfit;

        await using var connection = await dataSource.OpenConnectionAsync(stop);
        var (range, problem) = await ConcertRange.FindAsync(connection, question, stop);
        if (problem is not null)
            return problem;

        var sales = await ReadAsync(connection, range!, stop);
        return format.IsCsv
            ? Columns.Answer($"concert-{id}-sell-through", sales.Intervals)
            : TypedResults.Ok(sales);
    }

    private static async Task<ConcertSellThrough> ReadAsync(
        NpgsqlConnection connection,
        ConcertRange range,
        CancellationToken stop
    )
    {
        var before = 0L;
        var changes = new Dictionary<DateTimeOffset, SellThroughInterval>();
        if (range.Intervals is { } asked)
        {
            await using var command = new NpgsqlCommand(Sql, connection);
            command.Parameters.AddRange(range.ConcertId, asked);
            await using var reader = await command.ExecuteReaderAsync(stop);
            while (await reader.ReadAsync(stop))
            {
                var (sold, returned) = (reader.GetInt64(1), reader.GetInt64(2));
                if (reader.IsDBNull(0))
                {
                    before = sold - returned;
                    continue;
                }

                var start = reader.GetFieldValue<DateTimeOffset>(0);
                var (revenue, refunds) = (reader.GetInt64(3), reader.GetInt64(4));
                changes[start] = new(start, sold, returned, 0, null, revenue, refunds);
            }
        }

        return new ConcertSellThrough(
            range.ConcertId,
            range.Name,
            range.TotalSeats,
            range.Intervals?.From,
            range.Intervals?.To,
            range.Intervals?.Unit,
            before,
            [.. SoFar(range, before, changes)]
        );
    }

    private static IEnumerable<SellThroughInterval> SoFar(
        ConcertRange range,
        long before,
        Dictionary<DateTimeOffset, SellThroughInterval> changes
    )
    {
        var sold = before;
        foreach (var start in range.Intervals?.Starts ?? [])
        {
            var change =
                changes.GetValueOrDefault(start)
                ?? new SellThroughInterval(start, 0, 0, 0, null, 0, 0);
            sold += change.SeatsSold - change.SeatsReturned;
            yield return change with
            {
                SoldSoFar = sold,
                SellThrough = Share.Of(sold, range.TotalSeats),
            };
        }
    }

    private static ConcertSellThrough Example
    {
        get
        {
            var (start, sold) = (Examples.BookingStartTime, Examples.SoldSeats);
            return new ConcertSellThrough(
                Examples.ConcertId,
                Examples.ConcertName,
                Examples.TotalSeats,
                start,
                start.AddMinutes(1),
                "minute",
                SoldBefore: 0,
                [
                    new SellThroughInterval(
                        start,
                        sold,
                        0,
                        sold,
                        Share.Of(sold, Examples.TotalSeats),
                        59_092_000,
                        0
                    ),
                ]
            );
        }
    }
}
