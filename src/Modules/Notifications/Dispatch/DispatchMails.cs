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
/// answer was lost: with the connection, or with the host that waited for it. Waitlists are told
/// beside the other mails: neither waits for the other.
/// </summary>
internal sealed partial class DispatchMails(
    MailQueue queue,
    MailHandover handover,
    TellInOrder waitlists,
    MailSignal signal,
    DatabaseReady databaseReady,
    IServiceScopeFactory scopes,
    IOptions<NotificationsOptions> options,
    ILogger<DispatchMails> logger
) : BackgroundService
{
    private const int MaxRefundsToAddress = 100;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly NotificationsOptions _options = options.Value;
    private readonly Outage _outage = new(logger);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await databaseReady.WaitAsync(stoppingToken);
        if (!MailTransport.IsConfigured(_options))
        {
            LogNotConfigured();
            return;
        }

        await Task.WhenAll(
            RepeatAsync(SendDueAsync, signal.Any, stoppingToken),
            RepeatAsync(waitlists.SendDueAsync, signal.ToWaitlists, stoppingToken)
        );
    }

    /// <param name="sendDue">Tells how many mails were taken.</param>
    private async Task RepeatAsync(
        Func<CancellationToken, Task<int>> sendDue,
        Signal mails,
        CancellationToken stop
    )
    {
        var interruptions = new RepeatedFailures(databaseReady);
        var failures = 0;
        var poll = TimeSpan.FromMilliseconds(_options.PollMilliseconds);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var sent = await sendDue(stop);
                interruptions.End();
                failures = 0;
                if (sent == 0)
                    await mails.WaitAsync(poll, stop);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // An edge: whatever it was, usually a database that is away, the queue keeps the
                // mails. It says nothing about the mail server.
                if (interruptions.Add(e, DatabaseFaults.IsAway(e)) is { } level)
                    LogInterrupted(level, e.Message);
                await Task.Delay(Backoff.After(++failures, FirstPause, LongestPause), stop);
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

    private async Task<int> SendDueAsync(CancellationToken stop)
    {
        await AddressRefundsAsync(stop);
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
        foreach (var mail in round.Waiting)
            await handover.GiveBackAsync(mail, round.Outage ?? round.Absence, stop);
        // Behind those: if they go the next time, it is not the server.
        foreach (var (mail, result) in round.Broken)
            await handover.BreakOffAsync(mail, result, aside: TimeSpan.Zero, stop);

        if ((round.Outage ?? round.Absence) is { } outage && !round.HasSent)
            await _outage.AddAsync(outage, stop);
        else
            _outage.End();
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
            var result = await MailHandover.SendAsync(transport, mail);
            if (result.Delivery == Delivery.NoServer)
            {
                // It may have room for fewer connections: the others go on.
                round.Absence = result.Reason ?? "";
                round.Waiting.Enqueue(mail);
                return;
            }

            if (result.Delivery == Delivery.Unreachable)
            {
                round.Outage = result.Reason ?? "";
                round.Broken.Enqueue((mail, result));
                continue;
            }

            if (result.Delivery == Delivery.Sent)
                round.HasSent = true;
            await handover.RecordAsync(mail, result, stop);
        }
    }

    /// <summary>Mails taken together, sent over several connections.</summary>
    private sealed class Round(IEnumerable<OutgoingMail> mails, Stopwatch taken, TimeSpan lease)
    {
        public ConcurrentQueue<OutgoingMail> Waiting { get; } = new(mails);

        /// <summary>Mails at which the connection broke, and how.</summary>
        public ConcurrentQueue<(OutgoingMail Mail, DeliveryResult Result)> Broken { get; } = new();

        public Stopwatch Taken => taken;
        public TimeSpan Lease => lease;

        /// <summary>Why nothing can be handed over; null while it can.</summary>
        public string? Outage { get; set; }

        /// <summary>Why a connection met no server; null where each did.</summary>
        public string? Absence { get; set; }

        public bool HasSent { get; set; }
    }

    [LoggerMessage(
        LogLevel.Warning,
        "Mails wait: neither Notifications:PickupDirectory nor Notifications:Smtp:Host is set."
    )]
    private partial void LogNotConfigured();

    [LoggerMessage(Message = "The queue of mails cannot be read, mails wait: {Reason}")]
    private partial void LogInterrupted(LogLevel level, string reason);
}
