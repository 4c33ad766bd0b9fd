using System.Text.Json;
using System.Text.Unicode;

namespace ConcertReservation.BuildingBlocks;

/// <summary>
/// Bytes that are no UTF-8, and half a surrogate pair, pass as JSON: whoever wants the text, or
/// writes it on, fails at them.
/// </summary>
public static class JsonText
{
    /// <summary>Whether every name and text in it is one.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsWhole(ReadOnlySpan<byte> json) =>
        Utf8.IsValid(json) && !HasHalfACharacter(json);

    /// <summary>Whether a name or text in it has one; it is UTF-8.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool HasHalfACharacter(ReadOnlySpan<byte> json)
    {
        // Half a pair can only be escaped, by a D in either case.
        if (json.IndexOf("\\ud"u8) < 0 && json.IndexOf("\\uD"u8) < 0)
            return false;

        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
                    _ = reader.GetString();
            }

            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }
}
