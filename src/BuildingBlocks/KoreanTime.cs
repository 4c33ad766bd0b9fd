namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// Korea's clock, nine hours ahead of UTC all year: there is no daylight saving time.
/// </summary>
public static class KoreanTime
{
    private static readonly TimeSpan Offset = TimeSpan.FromHours(9);

    public static DateTimeOffset Of(DateTimeOffset time) => time.ToOffset(Offset);

    /// <summary>Whole hours since 1970-01-01 00:00 in Korea.</summary>
    public static long Hour(DateTimeOffset time) =>
        (time.ToUnixTimeSeconds() / 3600) + Offset.Hours;

    /// <summary>Whole days since 1970-01-01 in Korea.</summary>
    public static long Day(DateTimeOffset time) => Hour(time) / 24;
}
