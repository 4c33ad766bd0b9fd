using System.Text.Json;

namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// Fields of requests and answers; one that is not there is a violation elsewhere, not an accident.
/// </summary>
internal static class Fields
{
    public static long? Number(string? json, string name) =>
        Find(json, name) is { ValueKind: JsonValueKind.Number } field
        && field.TryGetInt64(out var number)
            ? number
            : null;

    public static string? Text(string? json, string name) =>
        Find(json, name) is { ValueKind: JsonValueKind.String } field ? field.GetString() : null;

    public static HashSet<long> SeatIds(string? json) =>
        Find(json, "seatIds") is { ValueKind: JsonValueKind.Array } field
            ? [.. field.EnumerateArray().Select(s => s.TryGetInt64(out var id) ? id : 0)]
            : [];

    private static JsonElement? Find(string? json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json ?? "null");
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(name, out var field)
                ? field.Clone()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
