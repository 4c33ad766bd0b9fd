using System.Net.Sockets;
using StackExchange.Redis;

namespace ConcertReservation.Host.Redis;

/// <summary>
/// Asks Redis every second, and says one line when it goes away or stands still, and one when it is
/// back. Connects at start, off the start's path, so that no request waits for it.
/// </summary>
internal sealed partial class WatchRedis(IServiceProvider provider, ILogger<WatchRedis> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private bool _away;
    private Task? _asking;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var redis = await Task.Run(
            provider.GetRequiredService<IConnectionMultiplexer>,
            stoppingToken
        );
        using var timer = new PeriodicTimer(Interval);
        do
        {
            await AskAsync(redis.GetDatabase(), stoppingToken);
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One question at a time: a server that stands still keeps them all.</summary>
    private async Task AskAsync(IDatabase redis, CancellationToken stop)
    {
        _asking ??= redis.PingAsync();
        try
        {
            await _asking.WaitAsync(AnswerLimit, stop);
            if (_away)
                LogBack();
            _away = false;
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            if (!_away)
                LogAway(e is TimeoutException ? "no answer" : Reason(e));
            _away = true;
        }
        finally
        {
            if (_asking.IsCompleted)
                _asking = null;
        }
    }

    /// <summary>Without the counters of the library, which follow its first words.</summary>
    private static string Reason(Exception e) =>
        (e.GetBaseException() is SocketException refused ? refused : e).Message.Split(';', ',')[0];

    [LoggerMessage(LogLevel.Warning, "Redis cannot be reached, trying again: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "Redis is back.")]
    private partial void LogBack();
}
