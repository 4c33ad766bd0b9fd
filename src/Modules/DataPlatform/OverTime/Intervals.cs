using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.DataPlatform;

/// <summary>A range of time, cut into equal parts that begin with Korea's days.</summary>
/// <param name="Unit">minute, hour or day.</param>
/// <param name="From">The start of the first part.</param>
/// <param name="To">The end of the last part.</param>
internal sealed record Intervals(string Unit, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>A day of minutes, two months of hours, four years of days.</summary>
    public const int Max = 1_440;

    /// <summary>Korea is nine hours ahead all year: hours and minutes begin as in UTC.</summary>
    public static readonly DateTimeOffset Origin = new(2000, 1, 1, 0, 0, 0, TimeSpan.FromHours(9));

    /// <summary>The finest first.</summary>
    public static IReadOnlyList<string> Units { get; } = ["minute", "hour", "day"];

    public TimeSpan Length => LengthOf(Unit);

    public IEnumerable<DateTimeOffset> Starts
    {
        get
        {
            for (var start = From; start < To; start += Length)
                yield return start;
        }
    }

    /// <summary>Of the unit that is asked for, else of the finest that makes few enough.</summary>
    public static (Intervals? Intervals, Problem? Problem) Of(
        DateTimeOffset from,
        DateTimeOffset to,
        string? unit
    )
    {
        var errors = new FieldErrors().Require(from < to, "from", "must be before to");
        if (errors.ToProblem() is { } problem)
            return (null, problem);

        var fitting = Units.Where(u => (unit is null || u == unit) && Count(from, to, u) <= Max);
        if (fitting.FirstOrDefault() is { } finest)
            return (new(finest, Floor(from, finest), Ceiling(to, finest)), null);

        return unit is null or "day"
            ? (null, Problems.Validation("to", $"must be at most {Max} days after from"))
            : (null, Problems.Validation("interval", $"would be more than {Max} of this range"));
    }

    private static TimeSpan LengthOf(string unit) =>
        unit switch
        {
            "minute" => TimeSpan.FromMinutes(1),
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, null),
        };

    private static long Count(DateTimeOffset from, DateTimeOffset to, string unit) =>
        (Ceiling(to, unit) - Floor(from, unit)).Ticks / LengthOf(unit).Ticks;

    /// <param name="time">Not before <see cref="Origin"/>.</param>
    private static DateTimeOffset Floor(DateTimeOffset time, string unit) =>
        time.AddTicks(-((time - Origin).Ticks % LengthOf(unit).Ticks)).ToUniversalTime();

    private static DateTimeOffset Ceiling(DateTimeOffset time, string unit)
    {
        var start = Floor(time, unit);
        return start == time ? start : start + LengthOf(unit);
    }
}
