using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ConcertReservation.BuildingBlocks.Http;

/// <summary>
/// Where a page of a list ends: the sort keys of its last entry, none of them negative, as a text
/// that is opaque to callers.
/// </summary>
public static class Cursor
{
    /// <summary>The message for a text that <see cref="Parse"/> refuses.</summary>
    public const string Rule = "must be the nextCursor of an earlier page";

    private const int MaxLength = 100;

    public static string Of(params long[] keys) =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(
                string.Join('.', keys.Select(k => k.ToString(CultureInfo.InvariantCulture)))
            )
        );

    /// <returns>null where the text is not a cursor of so many keys.</returns>
    public static long[]? Parse(string text, int count)
    {
        if (text.Length > MaxLength || !Base64Url.IsValid(text))
            return null;

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('.');
        if (parts.Length != count)
            return null;

        var keys = new long[count];
        for (var i = 0; i < count; i++)
        {
            const NumberStyles Digits = NumberStyles.None;
            if (!long.TryParse(parts[i], Digits, CultureInfo.InvariantCulture, out keys[i]))
                return null;
        }

        return keys;
    }
}
