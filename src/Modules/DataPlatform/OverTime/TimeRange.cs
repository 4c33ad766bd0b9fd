using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.DataPlatform;

/// <summary>The times that a request may ask for.</summary>
internal static class TimeRange
{
    /// <summary>Before that there was nothing to count.</summary>
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A range's end: a day may be asked for before it is over.</summary>
    private static readonly TimeSpan DayAhead = TimeSpan.FromDays(1);

    /// <summary>A time's: clocks differ, and what is to come nobody knows.</summary>
    private static readonly TimeSpan MinuteAhead = TimeSpan.FromMinutes(1);

    private const string Rule = "must be between 2000-01-01 and a day from now";

    /// <summary>The message for a time that <see cref="HasBeen"/> refuses.</summary>
    public const string NotYet = "must be between 2000-01-01 and now";

    /// <summary>Whatever is computed from the two stays within what can be represented.</summary>
    public static FieldErrors Check(DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now) =>
        new FieldErrors()
            .Require(IsWithin(from, now + DayAhead), "from", Rule)
            .Require(IsWithin(to, now + DayAhead), "to", Rule);

    /// <summary>Whether something may have happened then.</summary>
    public static bool HasBeen(DateTimeOffset? time, DateTimeOffset now) =>
        IsWithin(time, now + MinuteAhead);

    private static bool IsWithin(DateTimeOffset? time, DateTimeOffset latest) =>
        time is null || (time >= Earliest && time <= latest);
}
