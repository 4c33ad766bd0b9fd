namespace ConcertReservation.Verification;

/// <summary>
/// How that is called which a violation is about: aggregates by the keys of their events.
/// </summary>
internal static class Subject
{
    public static string Customer(long id) => $"user-{id}";

    public static string Reservation(long id) => $"reservation-{id}";

    public static string Payment(long id) => $"payment-{id}";

    public static string Concert(long id) => $"concert-{id}";

    public static string Seat(long id) => $"seat-{id}";

    public static string Waiting(long concert, long customer) => $"wait {customer} for {concert}";

    public static string Wallet(long customer) => $"wallet-{customer}";

    public static string Order(string? id) => $"order {id}";

    /// <summary>All attempts of a request: they have one key.</summary>
    /// <param name="operation">As in the journal.</param>
    public static string Request(long customer, string operation, string? key) =>
        $"{operation} of {customer} by the key {key}";

    public static string Event(Guid id) => $"event {id}";

    public static string Place(string topic, int partition, long offset) =>
        $"{topic}/{partition}@{offset}";

    public static string Partition(string topic, int partition) => $"{topic}/{partition}";

    public static string Reader(string group, string topic, int partition) =>
        $"{group} at {topic}/{partition}";

    /// <summary>A row of the statistics or rankings: told by the events that count in it.</summary>
    public static string View(string row) => $"{ViewStart}{row}";

    /// <returns>The row of such a subject; null for another one.</returns>
    public static string? RowOf(string subject) =>
        subject.StartsWith(ViewStart, StringComparison.Ordinal)
            ? subject[ViewStart.Length..]
            : null;

    private const string ViewStart = "view ";
}

/// <param name="What">In words.</param>
/// <param name="About">
/// Of what the history has to be known to see it: see <see cref="Subject"/>.
/// </param>
internal sealed record Violation(string What, IReadOnlyList<string> About);

internal static class Violations
{
    public static Violation About(this string what, params IEnumerable<string> subjects) =>
        new(what, [.. subjects.Distinct()]);
}
