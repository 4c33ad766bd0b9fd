using System.Diagnostics;
using ConcertReservation.BuildingBlocks.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Notifications;

/// <summary>Hands a mail over, and records what became of it.</summary>
internal sealed partial class MailHandover(
    MailQueue queue,
    IOptions<NotificationsOptions> options,
    ILogger<MailHandover> logger
)
{
    /// <summary>
    /// Times in a row that a server breaks off at a mail before it may be the mail's own doing: one
    /// that restarts breaks off at whichever comes first.
    /// </summary>
    public const int PatientBreaks = 3;

    /// <summary>
    /// Shorter than the pause of a host that looks for mails: what is sent comes first.
    /// </summary>
    private static readonly TimeSpan RecordPause = TimeSpan.FromMilliseconds(200);

    private readonly NotificationsOptions _options = options.Value;
    private long _sentAt = long.MinValue;

    public static async Task<DeliveryResult> SendAsync(IMailTransport transport, OutgoingMail mail)
    {
        using var activity = MailActivity.Start(mail);
        var result = await transport.SendAsync(mail);
        if (activity is not null)
            MailActivity.End(activity, result);
        return result;
    }

    /// <param name="timestamp">Of <see cref="Stopwatch"/>.</param>
    /// <returns>Whether this host has met a server that took any mail.</returns>
    public bool HasSentSince(long timestamp) => Interlocked.Read(ref _sentAt) > timestamp;

    /// <param name="result">
    /// Not that no server was met, nor that it broke: what that says, the other mails know as well.
    /// </param>
    public Task RecordAsync(OutgoingMail mail, DeliveryResult result, CancellationToken stop)
    {
        switch (result.Delivery)
        {
            case Delivery.Sent:
                Interlocked.Exchange(ref _sentAt, Stopwatch.GetTimestamp());
                return PersistAsync(() => queue.MarkSentAsync(mail), stop);
            case Delivery.Postponed:
                return PostponeAsync(mail, result, queue.PostponeAsync, stop);
            case Delivery.Refused:
                return GiveUpAsync(mail, result.Reason ?? "", stop);
            default:
                throw new ArgumentOutOfRangeException(nameof(result), result.Delivery, null);
        }
    }

    /// <summary>
    /// The server broke off at it. That is an outage and costs no attempt, unless it does so time
    /// and again at this one, and takes others meanwhile, or may have taken this one each time.
    /// </summary>
    /// <param name="aside">For so long others go before it.</param>
    /// <returns>Whether it may be an outage.</returns>
    public async Task<bool> BreakOffAsync(
        OutgoingMail mail,
        DeliveryResult result,
        TimeSpan aside,
        CancellationToken stop
    )
    {
        if (mail.Breaks >= PatientBreaks && (result.IsUnanswered || HasSentSince(mail.BrokenSince)))
        {
            await BlameAsync(mail, result, stop);
            return false;
        }

        var reason = result.Reason ?? "";
        await PersistAsync(() => queue.BreakOffAsync(mail, aside, reason), stop);
        return true;
    }

    /// <summary>It is the mail's doing that the server broke off.</summary>
    public Task BlameAsync(OutgoingMail mail, DeliveryResult result, CancellationToken stop) =>
        PostponeAsync(mail, result, queue.BlameAsync, stop);

    /// <summary>Not tried.</summary>
    public Task GiveBackAsync(OutgoingMail mail, string? reason, CancellationToken stop) =>
        PersistAsync(() => queue.GiveBackAsync(mail, reason), stop);

    /// <summary>
    /// What was sent must be known as sent: a database that is away is asked until it is back, and
    /// this host takes no other mail before. Only while the host stops is there an end to it.
    /// </summary>
    public static async Task PersistAsync(Func<Task> update, CancellationToken stop)
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

    /// <summary>Not taken; after the last attempt it is given up.</summary>
    private Task PostponeAsync(
        OutgoingMail mail,
        DeliveryResult result,
        Func<OutgoingMail, TimeSpan, string, Task> postpone,
        CancellationToken stop
    )
    {
        var reason = result.Reason ?? "";
        if (mail.Try >= _options.MaxAttempts)
            return GiveUpAsync(mail, reason, stop);

        LogPostponed(mail.Id, mail.Kind, mail.Attempt, LogText.WithoutAddresses(reason));
        var delay = _options.DelayAfter(mail.Try);
        return PersistAsync(() => postpone(mail, delay, reason), stop);
    }

    private Task GiveUpAsync(OutgoingMail mail, string reason, CancellationToken stop)
    {
        LogFailed(mail.Id, mail.Kind, mail.Attempt, LogText.WithoutAddresses(reason));
        return PersistAsync(() => queue.MarkFailedAsync(mail, reason), stop);
    }

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
