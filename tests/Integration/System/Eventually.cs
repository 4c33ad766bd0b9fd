using System.Diagnostics;

namespace ConcertReservation.Tests.Integration;

/// <summary>
/// Waits for what other processes and threads bring about; the only place that polls.
/// </summary>
internal static class Eventually
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Of what takes long: a question costs hosts and database as much as any other.
    /// </summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>A pause is so much of the time that it took so far.</summary>
    private const int Slower = 20;

    /// <summary>
    /// Returns once the condition holds; fails with its description when it does not.
    /// </summary>
    public static Task Until(string description, Func<bool> condition, TimeSpan? within = null) =>
        Until(description, () => Task.FromResult(condition()), within);

    /// <summary>
    /// Returns once the condition holds; fails with its description when it does not.
    /// </summary>
    public static async Task Until(
        string description,
        Func<Task<bool>> condition,
        TimeSpan? within = null
    ) => await Value(description, async () => await condition() ? "" : null, within);

    /// <summary>
    /// The first value that is not null; fails with its description when there is none.
    /// </summary>
    public static async Task<T> Value<T>(
        string description,
        Func<Task<T?>> probe,
        TimeSpan? within = null
    )
        where T : class =>
        (await Becomes<T?>(description, probe, value => value is not null, within))!;

    /// <summary>
    /// The first value that fits; fails with its description and the last one otherwise.
    /// </summary>
    /// <param name="every">Of a question that costs whoever is asked much.</param>
    public static async Task<T> Becomes<T>(
        string description,
        Func<Task<T>> probe,
        Func<T, bool> fits,
        TimeSpan? within = null,
        TimeSpan? every = null
    )
    {
        var patience = within ?? DefaultPatience;
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            var value = await probe();
            if (fits(value))
                return value;
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (elapsed > patience)
                throw new AssertionException(
                    $"After {patience.TotalSeconds:0.#} s it is not so that {description}; "
                        + $"last: {value}"
                );

            var pause = Math.Clamp((elapsed / Slower).Ticks, Interval.Ticks, LongestInterval.Ticks);
            timer.Period = every ?? new TimeSpan(pause);
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>The same for what is at hand without waiting.</summary>
    public static Task<T> Becomes<T>(
        string description,
        Func<T> probe,
        Func<T, bool> fits,
        TimeSpan? within = null
    ) => Becomes(description, () => Task.FromResult(probe()), fits, within);
}
