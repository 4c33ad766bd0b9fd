using ConcertReservation.BuildingBlocks.Http;
using Microsoft.AspNetCore.Builder;
using Npgsql;

namespace ConcertReservation.DataPlatform;

/// <summary>A concert and the part of its sale that is asked for.</summary>
/// <param name="Intervals">null where nobody has booked, and no range is asked for.</param>
internal sealed record ConcertRange(
    long ConcertId,
    string Name,
    int? TotalSeats,
    Intervals? Intervals
)
{
    /// <remarks>Its bookings are looked through only where the range is left open.</remarks>
    private const string Sql = """
        SELECT name, total_seats, first_hold, last_change
        FROM data_platform.concerts c
        CROSS JOIN LATERAL (
            SELECT min(created_at) AS first_hold,
                max(greatest(created_at, confirmed_at, expired_at, cancelled_at)) AS last_change
            FROM data_platform.reservations r WHERE $2 AND r.concert_id = c.concert_id
        ) AS bookings
        WHERE c.concert_id = $1
        """;

    /// <summary>What a request asks for; checked before a connection is taken.</summary>
    public readonly record struct Question(
        long ConcertId,
        DateTimeOffset? From,
        DateTimeOffset? To,
        string? Interval,
        DateTimeOffset Now
    )
    {
        public Problem? Check()
        {
            var (from, to, unit) = (From, To, Interval);
            return TimeRange
                .Check(from, to, Now)
                .Require(ConcertId > 0, "id", "must be positive")
                .Require(
                    unit is null || Intervals.Units.Contains(unit),
                    "interval",
                    $"must be one of {string.Join(", ", Intervals.Units)}"
                )
                .Require(from is null || to is null || from < to, "from", "must be before to")
                .ToProblem();
        }
    }

    /// <summary>
    /// Without a range, from the first hold to what happened last; until now where only the
    /// beginning is given.
    /// </summary>
    /// <param name="question">That <see cref="Question.Check"/> has nothing against.</param>
    public static async Task<(ConcertRange? Range, Problem? Problem)> FindAsync(
        NpgsqlConnection connection,
        Question question,
        CancellationToken stop
    )
    {
        var (id, from, to, interval, now) = question;
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(from is null || to is null);
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop))
            return (null, Problems.NotFound("concert", id));

        var range = new ConcertRange(
            id,
            reader.GetString(0),
            reader.IsDBNull(1) ? null : reader.GetInt32(1),
            Intervals: null
        );
        var (first, last) = (reader.TimeAt(2), reader.TimeAt(3));
        // The last one belongs to it.
        to ??= from is null ? last?.AddMicroseconds(1) : now;
        if ((from ?? first) is not { } start || to is not { } end)
            return (range, null);
        // What ended before the first hold is a range without anything.
        if (from is null && start >= end)
            start = end.AddMinutes(-1);

        var (intervals, unfit) = Intervals.Of(start, end, interval);
        return unfit is null ? (range with { Intervals = intervals }, null) : (null, unfit);
    }

    /// <summary>Documents what <see cref="FindAsync"/> takes and refuses.</summary>
    public static RouteHandlerBuilder Document(RouteHandlerBuilder endpoint) =>
        endpoint
            .WithParameter("id", "The concert's id.", Examples.ConcertId)
            .WithParameter(
                "from",
                "In the first interval; the first hold where it is missing.",
                Examples.BookingStartTime
            )
            .WithParameter(
                "to",
                "After the last interval; what happened last where it is missing, or now where "
                    + "from is given.",
                Examples.BookingStartTime.AddMinutes(1)
            )
            .WithParameter(
                "interval",
                $"Its length, at most {Intervals.Max} of them; where it is missing the shortest "
                    + "that is not too many. A day is Korea's.",
                "minute",
                [.. Intervals.Units]
            )
            .Refuses(
                Problems.Validation("interval", "must be one of minute, hour, day"),
                Problems.NotFound("concert", Examples.ConcertId)
            );
}
