namespace ConcertReservation.Contracts;

/// <summary>What customers are written to in, as events name it.</summary>
public static class Languages
{
    public const string Korean = "ko";
    public const string English = "en";

    /// <summary>Of a customer who has named none.</summary>
    public const string Default = Korean;

    public static IReadOnlyList<string> All { get; } = [Korean, English];
}
