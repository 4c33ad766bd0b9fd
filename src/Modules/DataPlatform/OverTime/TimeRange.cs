using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.DataPlatform;

/// <summary>The times that a request may ask for.</summary>
internal static class TimeRange
{
    /// <summary>Before that there was nothing to count.</summary>
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Clocks differ, and a day may be asked for before it is over.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    private const string Rule = "must be between 2000-01-01 and a day from now";

    /// <summary>Whatever is computed from the two stays within what can be represented.</summary>
    public static FieldErrors Check(DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now)
    {
        return new FieldErrors()
            .Require(IsReasonable(from), "from", Rule)
            .Require(IsReasonable(to), "to", Rule);

        bool IsReasonable(DateTimeOffset? time) =>
            time is null || (time >= Earliest && time <= now + Ahead);
    }
}
