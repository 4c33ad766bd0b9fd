using ConcertReservation.Verification;

namespace ConcertReservation.Tests.Unit.Verification.RandomSales;

/// <summary>
/// Ways to make a valid history wrong, whatever it is: two at least for each invariant, which has
/// to reject what comes of it.
/// </summary>
internal static class Doctor
{
    /// <summary>Where a history has nothing that it could break, it gives null.</summary>
    public delegate History? Breach(History history, Random random);

    public static IReadOnlyList<(int Number, string What, Breach Break)> Breaches { get; } =
    [.. BreachesOfSales.All, .. BreachesOfMessages.All];

    public static History? With<T>(
        Random random,
        IEnumerable<T> candidates,
        Func<T, History> breach
    )
        where T : class =>
        candidates.ToList() is { Count: > 0 } list ? breach(list[random.Next(list.Count)]) : null;

    public static IReadOnlyList<T> Replace<T>(IReadOnlyList<T> list, T old, T changed)
        where T : class => [.. list.Select(item => ReferenceEquals(item, old) ? changed : item)];

    public static IReadOnlyList<T> Without<T>(IReadOnlyList<T> list, T lost)
        where T : class => [.. list.Where(item => !ReferenceEquals(item, lost))];

    /// <summary>With all its repeats.</summary>
    public static History WithoutEvent(History h, TopicEvent lost) =>
        h with
        {
            Log = [.. h.Log.Where(r => r.Event.EventId != lost.EventId)],
        };
}
