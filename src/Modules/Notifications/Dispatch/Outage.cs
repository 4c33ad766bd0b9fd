using System.Diagnostics;
using ConcertReservation.BuildingBlocks;
using Microsoft.Extensions.Logging;

namespace ConcertReservation.Notifications;

/// <summary>
/// How long the mail server takes no mail, told once at its begin and once at its end.
/// </summary>
internal sealed partial class Outage(ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Whether there is one, as far as this host knows.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Rounds in a row in which nothing was handed over.</summary>
    public int Failures { get; private set; }

    /// <summary>Of <see cref="Stopwatch"/>: when the first of these failed.</summary>
    public long Since { get; private set; }

    /// <summary>After the next failure.</summary>
    public TimeSpan NextPause => Backoff.After(Failures + 1, FirstPause, LongestPause);

    /// <summary>Waits, longer each time.</summary>
    public Task AddAsync(string reason, CancellationToken stop)
    {
        var level = IsOn ? LogLevel.Debug : LogLevel.Warning;
        LogUnreachable(level, LogText.WithoutAddresses(reason));
        IsOn = true;
        var pause = NextPause;
        if (Failures++ == 0)
            Since = Stopwatch.GetTimestamp();
        return Task.Delay(pause, stop);
    }

    /// <summary>It goes on, and its pauses begin anew.</summary>
    public void StartOver() => Failures = 0;

    public void End()
    {
        if (IsOn)
            LogHandedOverAgain();
        (Failures, IsOn) = (0, false);
    }

    [LoggerMessage("No mail can be handed over, mails wait: {Reason}")]
    private partial void LogUnreachable(LogLevel level, string reason);

    [LoggerMessage(LogLevel.Information, "Mails are handed over again.")]
    private partial void LogHandedOverAgain();
}
