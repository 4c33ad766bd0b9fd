using System.Globalization;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>
/// A time in a request, as RFC 3339 has it: with <c>Z</c> or an offset. One without would mean
/// another moment in Seoul than here.
/// </summary>
public static class RequestTime
{
    public const string Description = "a time such as 2026-11-20T11:00:00Z";
    public const string Rule = "must be " + Description;

    private const int MaxLength = 40;

    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        return HasOffset(text)
            && DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal,
                out time
            );
    }

    /// <summary>Whether a text that can be read as a time says where it is that time.</summary>
    public static bool HasOffset(string text)
    {
        var day = text.IndexOf('T', StringComparison.OrdinalIgnoreCase);
        return day > 0
            && text.Length <= MaxLength
            && (text[^1] is 'Z' or 'z' || text.LastIndexOfAny(['+', '-']) > day);
    }
}
