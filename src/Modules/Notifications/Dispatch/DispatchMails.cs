using System.Collections.Concurrent;
using System.Diagnostics;
using ConcertReservation.BuildingBlocks;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Notifications;

/// <summary>
/// Sends what is due, on every host, each mail by the one that took it. Twice only if the server's
/// answer was lost: with the connection, or with the host that waited for it.
/// </summary>
internal sealed partial class DispatchMails(
    MailQueue queue,
    MailSignal signal,
    DatabaseReady databaseReady,
    IServiceScopeFactory scopes,
    IOptions<NotificationsOptions> options,
    ILogger<DispatchMails> logger
) : BackgroundService
{
    private const int MaxRefundsToAddress = 100;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Shorter than the pause of a host that looks for mails: what is sent comes first.
    /// </summary>
    private static readonly TimeSpan RecordPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly NotificationsOptions _options = options.Value;
    private readonly RepeatedFailures _interruptions = new(databaseReady);
    private int _failures;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databaseReady.WaitAsync(stoppingToken);
        if (!MailTransport.IsConfigured(_options))
        {
            LogNotConfigured();
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AddressRefundsAsync(stoppingToken);
                var sent = await SendDueAsync(stoppingToken);
                _interruptions.End();
                if (sent == 0)
                {
                    var poll = TimeSpan.FromMilliseconds(_options.PollMilliseconds);
                    await signal.WaitAsync(poll, stoppingToken);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // An edge: whatever it was, usually a database that is away, the queue keeps the
                // mails.
                if (_interruptions.Add(e, DatabaseFaults.IsAway(e)) is { } level)
                    LogInterrupted(level, e.Message);
                await PauseAsync(stoppingToken);
            }
        }
    }

    private async Task AddressRefundsAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var writer = scope.ServiceProvider.GetRequiredService<MailQueueWriter>();
        await work.RunAsync(stop => writer.AddressRefundsAsync(MaxRefundsToAddress, stop), stop);
    }

    /// <returns>How many mails were taken.</returns>
    private async Task<int> SendDueAsync(CancellationToken stop)
    {
        var lease = TimeSpan.FromSeconds(_options.LeaseSeconds);
        var taken = Stopwatch.StartNew();
        var mails = await queue.TakeAsync(_options.BatchSize, lease, stop);
        if (mails.Count == 0)
            return 0;

        var round = new Round(
            mails,
            taken,
            lease - TimeSpan.FromSeconds(_options.Smtp.TimeoutSeconds)
        );
        var connections = Math.Min(_options.Connections, mails.Count);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => SendAsync(round, stop)));
        // At these the connection broke. Where other mails went through it was their own doing: a
        // mail that every server rejects must not hold up the queue for ever. Otherwise they were
        // not tried, and stand behind the others the next time.
        foreach (var (mail, reason) in round.Broken)
        {
            if (round.HasSent)
                await PostponeAsync(mail, reason, stop);
            else
                round.Waiting.Enqueue(mail);
        }

        foreach (var mail in round.Waiting)
            await PersistAsync(() => queue.GiveBackAsync(mail, round.Outage), stop);

        if (round.Outage is { } outage && !round.HasSent)
        {
            var level = _failures == 0 ? LogLevel.Warning : LogLevel.Debug;
            LogUnreachable(level, LogText.WithoutAddresses(outage));
            await PauseAsync(stop);
        }
        else
        {
            if (_failures > 0)
                LogHandedOverAgain();
            _failures = 0;
        }

        return mails.Count;
    }

    private async Task SendAsync(Round round, CancellationToken stop)
    {
        using var transport = MailTransport.Create(_options);
        // What is not begun within the lease goes back: another host may have it by then.
        while (
            !stop.IsCancellationRequested
            && round.Outage is null
            && round.Taken.Elapsed < round.Lease
            && round.Waiting.TryDequeue(out var mail)
        )
        {
            var result = await SendAsync(transport, mail);
            await RecordAsync(round, mail, result, stop);
        }
    }

    private static async Task<DeliveryResult> SendAsync(IMailTransport transport, OutgoingMail mail)
    {
        using var activity = MailActivity.Start(mail);
        var result = await transport.SendAsync(mail);
        if (activity is not null)
            MailActivity.End(activity, result);
        return result;
    }

    private Task RecordAsync(
        Round round,
        OutgoingMail mail,
        DeliveryResult result,
        CancellationToken stop
    )
    {
        var reason = result.Reason ?? "";
        switch (result.Delivery)
        {
            case Delivery.Sent:
                round.HasSent = true;
                return PersistAsync(() => queue.MarkSentAsync(mail), stop);
            case Delivery.Unreachable:
                round.Outage = reason;
                round.Broken.Enqueue((mail, reason));
                return Task.CompletedTask;
            case Delivery.Postponed:
                return PostponeAsync(mail, reason, stop);
            default:
                return GiveUpAsync(mail, reason, stop);
        }
    }

    private Task PostponeAsync(OutgoingMail mail, string reason, CancellationToken stop)
    {
        if (mail.Try >= _options.MaxAttempts)
            return GiveUpAsync(mail, reason, stop);

        LogPostponed(mail.Id, mail.Kind, mail.Attempt, LogText.WithoutAddresses(reason));
        var delay = _options.DelayAfter(mail.Try);
        return PersistAsync(() => queue.PostponeAsync(mail, delay, reason), stop);
    }

    private Task GiveUpAsync(OutgoingMail mail, string reason, CancellationToken stop)
    {
        LogFailed(mail.Id, mail.Kind, mail.Attempt, LogText.WithoutAddresses(reason));
        return PersistAsync(() => queue.MarkFailedAsync(mail, reason), stop);
    }

    /// <summary>
    /// What was sent must be known as sent: a database that is away is asked until it is back, and
    /// this host takes no other mail before. Only while the host stops is there an end to it.
    /// </summary>
    private static async Task PersistAsync(Func<Task> update, CancellationToken stop)
    {
        const int MaxAttemptsAtStop = 25;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await update();
                return;
            }
            catch (Exception e)
                when (DatabaseFaults.IsPassing(e)
                    && (attempt < MaxAttemptsAtStop || !stop.IsCancellationRequested)
                )
            {
                await Task.Delay(RecordPause, CancellationToken.None);
            }
        }
    }

    private Task PauseAsync(CancellationToken stop) =>
        Task.Delay(Backoff.After(++_failures, FirstPause, LongestPause), stop);

    /// <summary>Mails taken together, sent over several connections.</summary>
    private sealed class Round(IEnumerable<OutgoingMail> mails, Stopwatch taken, TimeSpan lease)
    {
        public ConcurrentQueue<OutgoingMail> Waiting { get; } = new(mails);

        /// <summary>Mails that met no server, or at which it went away, and why.</summary>
        public ConcurrentQueue<(OutgoingMail Mail, string Reason)> Broken { get; } = new();
        public Stopwatch Taken => taken;
        public TimeSpan Lease => lease;

        /// <summary>Why nothing can be handed over; null while it can.</summary>
        public string? Outage { get; set; }

        public bool HasSent { get; set; }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Mails wait: neither Notifications:PickupDirectory nor Notifications:Smtp:Host is set."
    )]
    private partial void LogNotConfigured();

    [LoggerMessage(Message = "The queue of mails cannot be read, mails wait: {Reason}")]
    private partial void LogInterrupted(LogLevel level, string reason);

    [LoggerMessage("No mail can be handed over, mails wait: {Reason}")]
    private partial void LogUnreachable(LogLevel level, string reason);

    [LoggerMessage(LogLevel.Information, "Mails are handed over again.")]
    private partial void LogHandedOverAgain();

    [LoggerMessage(
        LogLevel.Warning,
        "Mail {MailId} ({Kind}) was not taken at attempt {Attempt}: {Reason}"
    )]
    private partial void LogPostponed(long mailId, string kind, int attempt, string reason);

    [LoggerMessage(
        LogLevel.Error,
        "Mail {MailId} ({Kind}) is given up after attempt {Attempt}: {Reason}"
    )]
    private partial void LogFailed(long mailId, string kind, int attempt, string reason);
}
