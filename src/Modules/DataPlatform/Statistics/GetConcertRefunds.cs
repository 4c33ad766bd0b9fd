using ConcertReservation.BuildingBlocks.Http;
using ConcertReservation.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>How far a concert's buyers have their money back.</summary>
internal static class GetConcertRefunds
{
    /// <remarks>
    /// Due is whatever was paid for a sale that does not stand, and whatever is on its way back for
    /// another reason, as money that came when its seats were gone. Of a cancelled concert that is
    /// everything, also what its reservations are yet to be told.
    /// </remarks>
    private const string Sql = """
        SELECT name, cancelled_at, due, refunded, due_amount, refunded_amount, last_refunded_at
        FROM data_platform.concerts c
        CROSS JOIN LATERAL (
            SELECT count(*) AS due, count(refunded_at) AS refunded,
                coalesce(sum(p.amount), 0)::bigint AS due_amount,
                coalesce(sum(p.amount) FILTER (WHERE refunded_at IS NOT NULL), 0)::bigint
                    AS refunded_amount,
                max(refunded_at) AS last_refunded_at
            FROM data_platform.reservations r JOIN data_platform.payments p USING (reservation_id)
            WHERE r.concert_id = c.concert_id AND p.completed_at IS NOT NULL
                AND (c.cancelled_at IS NOT NULL OR r.cancelled_at IS NOT NULL
                    OR p.refund_requested_at IS NOT NULL OR p.refunded_at IS NOT NULL)
        ) AS refunds
        WHERE c.concert_id = $1
        """;

    /// <param name="CancelledAt">null where the concert takes place.</param>
    /// <param name="Due">Payments to be given back, those that were included.</param>
    /// <param name="Open">Those that are not given back yet.</param>
    /// <param name="Progress">Refunded per due, 0 to 1; null where none is due.</param>
    internal sealed record ConcertRefunds(
        long ConcertId,
        string Name,
        DateTimeOffset? CancelledAt,
        long Due,
        long Refunded,
        long Open,
        Money DueAmount,
        Money RefundedAmount,
        Money OpenAmount,
        DateTimeOffset? LastRefundedAt,
        double? Progress
    );

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/analytics/concerts/{id}/refunds", Handle)
            .RequireAuthorization(Roles.OrganiserOrOperator)
            .WithName("GetConcertRefunds")
            .WithTags("Analytics")
            .WithSummary("Refunds of a concert")
            .WithDescription(
                "How much of what was paid for bookings that were cancelled, or for a concert that "
                    + "was, or that came too late for its seats, has gone back. It follows the "
                    + "events, so it is moments behind."
            )
            .Produces<ConcertRefunds>()
            .WithResponseExample(200, Example)
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .Refuses(
                Problems.Validation("id", "must be positive"),
                Problems.NotFound("concert", Examples.ConcertId)
            );

    private static async Task<IResult> Handle(
        long id,
        NpgsqlDataSource dataSource,
        CancellationToken stop
    )
    {
        var problem = new FieldErrors().Require(id > 0, "id", "must be positive").ToProblem();
        if (problem is not null)
            return problem;

        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.AddWithValue(id);
        await using var row = await command.ExecuteReaderAsync(stop);
        if (!await row.ReadAsync(stop))
            return Problems.NotFound("concert", id);

        var (due, refunded) = (row.GetInt64(2), row.GetInt64(3));
        var (dueAmount, refundedAmount) = (row.GetInt64(4), row.GetInt64(5));
        return TypedResults.Ok(
            new ConcertRefunds(
                id,
                row.GetString(0),
                row.TimeAt(1),
                due,
                refunded,
                due - refunded,
                new Money(dueAmount),
                new Money(refundedAmount),
                new Money(dueAmount - refundedAmount),
                row.TimeAt(6),
                Share.Of(refunded, due)
            )
        );
    }

    private static ConcertRefunds Example { get; } =
        new(
            Examples.ConcertId,
            Examples.ConcertName,
            Examples.BookingStartTime.AddDays(1),
            Due: 206,
            Refunded: 150,
            Open: 56,
            new Money(59_092_000),
            new Money(43_028_000),
            new Money(16_064_000),
            Examples.BookingStartTime.AddDays(1).AddSeconds(9),
            Share.Of(150, 206)
        );
}
