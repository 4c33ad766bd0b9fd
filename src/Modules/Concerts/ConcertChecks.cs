using ConcertReservation.BuildingBlocks.Http;

namespace ConcertReservation.Concerts;

/// <summary>What a request about a concert must fulfil, by field.</summary>
internal static class ConcertChecks
{
    /// <summary>
    /// A concert is planned at most this far ahead, and booking began at most that long ago.
    /// </summary>
    private const int MaxYears = 10;

    public static FieldErrors CheckTexts(this FieldErrors errors, ConcertTexts texts) =>
        errors
            .CheckText("name", texts.Name, Concert.MaxTextLength)
            .CheckText("artist", texts.Artist, Concert.MaxTextLength)
            .CheckText("venue", texts.Venue, Concert.MaxTextLength);

    public static FieldErrors CheckTimes(
        this FieldErrors errors,
        ConcertTimes times,
        DateTimeOffset now
    ) =>
        errors
            .Require(times.StartsAt > now, "startsAt", "must be in the future")
            .Require(
                times.StartsAt < now.AddYears(MaxYears),
                "startsAt",
                $"must be within {MaxYears} years"
            )
            .Require(
                times.StartsAt > times.BookingStartTime,
                "startsAt",
                "must be after bookingStartTime"
            )
            .Require(
                times.BookingStartTime > now.AddYears(-MaxYears),
                "bookingStartTime",
                $"must be within the last {MaxYears} years, or ahead"
            );

    /// <summary>
    /// Control characters have no place in a name: they break mail headers and databases.
    /// </summary>
    public static FieldErrors CheckText(
        this FieldErrors errors,
        string field,
        string text,
        int maxLength
    ) =>
        errors
            .Require(
                text.Length > 0 && text.Length <= maxLength,
                field,
                $"must have 1 to {maxLength} characters"
            )
            .Require(!text.Any(char.IsControl), field, "must have no control characters");

    /// <summary>UTC to the microsecond: what the database keeps and the wire tells.</summary>
    public static DateTimeOffset ToMicroseconds(this DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
