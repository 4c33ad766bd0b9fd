using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>What became of a concert's holds, by the time at which they began.</summary>
internal static class GetConcertFunnel
{
    /// <remarks>
    /// A sale was paid, so payments are looked for only where there is none, or none any more: of
    /// 100,000 bookings that saves most of the time. A reservation whose first event has not come
    /// is not counted yet. GROUPING SETS adds the row of the total.
    /// </remarks>
    private const string Sql = $"""
        WITH bookings AS (
            SELECT date_bin($4, r.created_at, $5) AS start, r.seats, r.amount,
                extract(epoch FROM r.confirmed_at - r.created_at)::float8 AS seconds,
                r.confirmed_version IS NOT NULL AS confirmed, money.came, money.went_back,
                {BookingOutcome.Sql} AS outcome
            FROM data_platform.reservations r
            CROSS JOIN LATERAL (
                SELECT count(p.completed_at) > 0 AS came, count(p.refunded_at) > 0 AS went_back
                FROM data_platform.payments p
                WHERE p.reservation_id = r.reservation_id
                    AND (r.confirmed_version IS NULL OR r.cancelled_version IS NOT NULL)
            ) AS money
            WHERE r.concert_id = $1 AND r.created_at >= $2 AND r.created_at < $3
        )
        SELECT start, count(*), count(*) FILTER (WHERE confirmed OR came),
            count(*) FILTER (WHERE confirmed),
            count(*) FILTER (WHERE outcome = '{BookingOutcome.Open}'),
            count(*) FILTER (WHERE outcome = '{BookingOutcome.Sold}'),
            count(*) FILTER (WHERE outcome = '{BookingOutcome.Expired}'),
            count(*) FILTER (WHERE outcome = '{BookingOutcome.Cancelled}'),
            count(*) FILTER (WHERE outcome = '{BookingOutcome.Returned}'),
            count(*) FILTER (WHERE went_back),
            coalesce(sum(seats), 0)::bigint,
            coalesce(sum(seats) FILTER (WHERE outcome = '{BookingOutcome.Sold}'), 0)::bigint,
            coalesce(sum(amount) FILTER (WHERE outcome = '{BookingOutcome.Sold}'), 0)::bigint,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)
        FROM bookings GROUP BY GROUPING SETS ((start), ()) ORDER BY start NULLS FIRST
        """;

    /// <param name="From">The start of the first interval; null where there is none.</param>
    /// <param name="To">The end of the last interval.</param>
    /// <param name="Interval">minute, hour or day.</param>
    internal sealed record ConcertFunnel(
        long ConcertId,
        string Name,
        DateTimeOffset? From,
        DateTimeOffset? To,
        string? Interval,
        FunnelSteps Total,
        IReadOnlyList<FunnelInterval> Intervals
    );

    internal sealed record FunnelInterval(DateTimeOffset Start, FunnelSteps Steps);

    private static readonly CsvColumns<FunnelInterval> Columns = new(
        ["start", .. FunnelSteps.Names],
        (csv, interval) => interval.Steps.WriteTo(csv.Write(interval.Start))
    );

    public static void Map(IEndpointRouteBuilder api) =>
        ConcertRange.Document(
            api.MapGet("/analytics/concerts/{id}/funnel", Handle)
                .RequireAuthorization(Roles.OrganiserOrOperator)
                .WithName("GetConcertFunnel")
                .WithTags("Analytics")
                .WithSummary("Conversion funnel of a concert")
                .WithDescription(
                    "Of the reservations that began as holds in an interval, how many were paid "
                        + "and confirmed by now, and what has become of all: held = open + sold + "
                        + "expired + cancelled + returned. As CSV the intervals."
                )
                .Produces<ConcertFunnel>()
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

        var funnel = await ReadAsync(connection, range!, stop);
        return format.IsCsv
            ? Columns.Answer($"concert-{id}-funnel", funnel.Intervals)
            : TypedResults.Ok(funnel);
    }

    private static async Task<ConcertFunnel> ReadAsync(
        NpgsqlConnection connection,
        ConcertRange range,
        CancellationToken stop
    )
    {
        var (total, steps) = (FunnelSteps.None, new Dictionary<DateTimeOffset, FunnelSteps>());
        if (range.Intervals is { } asked)
        {
            await using var command = new NpgsqlCommand(Sql, connection);
            command.Parameters.AddRange(range.ConcertId, asked);
            await using var reader = await command.ExecuteReaderAsync(stop);
            while (await reader.ReadAsync(stop))
            {
                if (reader.IsDBNull(0))
                    total = FunnelSteps.Read(reader);
                else
                    steps[reader.GetFieldValue<DateTimeOffset>(0)] = FunnelSteps.Read(reader);
            }
        }

        return new ConcertFunnel(
            range.ConcertId,
            range.Name,
            range.Intervals?.From,
            range.Intervals?.To,
            range.Intervals?.Unit,
            total,
            [
                .. (range.Intervals?.Starts ?? []).Select(start => new FunnelInterval(
                    start,
                    steps.GetValueOrDefault(start, FunnelSteps.None)
                )),
            ]
        );
    }

    private static ConcertFunnel Example
    {
        get
        {
            var start = Examples.BookingStartTime;
            var steps = FunnelSteps.Of(236, 208, 206, 16, 201, 9, 5, 5, 7) with
            {
                SeatsHeld = 473,
                SeatsSold = Examples.SoldSeats,
                Revenue = 59_092_000,
                MedianSecondsToConfirm = 41.5,
            };
            return new ConcertFunnel(
                Examples.ConcertId,
                Examples.ConcertName,
                start,
                start.AddMinutes(1),
                "minute",
                steps,
                [new FunnelInterval(start, steps)]
            );
        }
    }
}
