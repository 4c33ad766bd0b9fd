using System.Diagnostics;

namespace ConcertReservation.Tests.Benchmarks;

/// <summary>Nothing is waited for without a limit.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks every few milliseconds until it is so.</summary>
    /// <param name="what">What is waited for, for who reads that it did not come.</param>
    /// <param name="pause">Between two looks that take their time.</param>
    /// <exception cref="TimeoutException">It is not so within the limit.</exception>
    public static async Task UntilAsync(
        string what,
        Func<Task<bool>> isSo,
        TimeSpan limit,
        CancellationToken stop,
        TimeSpan? pause = null
    )
    {
        var began = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(pause ?? Interval);
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(began) > limit)
                throw new TimeoutException($"Not within {limit.TotalSeconds:0} s: {what}.");
            await timer.WaitForNextTickAsync(stop);
        }
    }

    /// <summary>Between two events of a load that leaves the system idle.</summary>
    public static async Task PauseAsync(TimeSpan time, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(stop);
    }
}
