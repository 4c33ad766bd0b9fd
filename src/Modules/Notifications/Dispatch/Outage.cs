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

    private bool _isTold;

    /// <summary>Rounds in a row in which nothing was handed over.</summary>
    public int Failures { get; private set; }

    /// <summary>Of <see cref="Stopwatch"/>: when the first of these failed.</summary>
    public long Since { get; private set; }

    /// <summary>Waits, longer each time.</summary>
    public Task AddAsync(string reason, CancellationToken stop)
    {
        var level = _isTold ? LogLevel.Debug : LogLevel.Warning;
        LogUnreachable(level, LogText.WithoutAddresses(reason));
        _isTold = true;
        if (Failures == 0)
            Since = Stopwatch.GetTimestamp();
        return Task.Delay(Backoff.After(++Failures, FirstPause, LongestPause), stop);
    }

    public void End()
    {
        if (_isTold)
            LogHandedOverAgain();
        (Failures, _isTold) = (0, false);
    }

    [LoggerMessage("No mail can be handed over, mails wait: {Reason}")]
    private partial void LogUnreachable(LogLevel level, string reason);

    [LoggerMessage(LogLevel.Information, "Mails are handed over again.")]
    private partial void LogHandedOverAgain();
}
