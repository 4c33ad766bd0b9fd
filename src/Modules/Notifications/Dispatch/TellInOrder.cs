using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Notifications;

/// <summary>
/// Sends what is due to one concert's waitlist, one mail after the other, so that who joined first
/// hears first. A mail that is refused for now is tried again later and holds up nobody; one that
/// meets no server keeps its place.
/// </summary>
internal sealed class TellInOrder(
    WaitlistTurns turns,
    MailQueue queue,
    MailHandover handover,
    IOptions<NotificationsOptions> options,
    ILogger<TellInOrder> logger
)
{
    private readonly NotificationsOptions _options = options.Value;

    public Outage Outage { get; } = new(logger);

    /// <returns>How many mails were taken.</returns>
    public async Task<int> SendDueAsync(CancellationToken stop)
    {
        var lease = TimeSpan.FromSeconds(_options.LeaseSeconds);
        var taken = Stopwatch.StartNew();
        if (await turns.TakeAsync(lease, stop) is not { } turn)
        {
            // Others may have told the rest: what is known of this outage is not of the next one.
            if (IsServerThere())
                Outage.End();
            return 0;
        }

        var mails = await queue.TakeAsync(turn, _options.BatchSize, lease, stop);
        var waiting = new Queue<OutgoingMail>(mails);
        var broken = new Queue<(OutgoingMail Mail, string Reason)>();
        // What is not begun within the lease goes back: another host may have it by then.
        var patience = lease - TimeSpan.FromSeconds(_options.Smtp.TimeoutSeconds);
        using (var transport = MailTransport.Create(_options))
        {
            while (
                !stop.IsCancellationRequested
                && MayTryAnother(broken.Count)
                && taken.Elapsed < patience
                && waiting.TryDequeue(out var mail)
            )
                await SendAsync(transport, mail, broken, stop);
        }

        await EndAsync(turn, broken, waiting, stop);
        return mails.Count;
    }

    /// <summary>
    /// Where the connection breaks, it is the server or the mail. The longer nothing goes, the more
    /// mails are tried, so that some which every server rejects do not hold up the list for ever.
    /// </summary>
    private bool MayTryAnother(int broken) => broken <= Outage.Failures;

    /// <summary>A list may be short: that the server is there other mails show as well.</summary>
    private bool IsServerThere() => Outage.Failures > 0 && handover.HasSentSince(Outage.Since);

    private async Task SendAsync(
        IMailTransport transport,
        OutgoingMail mail,
        Queue<(OutgoingMail Mail, string Reason)> broken,
        CancellationToken stop
    )
    {
        var result = await MailHandover.SendAsync(transport, mail);
        if (result.Delivery == Delivery.Unreachable)
        {
            broken.Enqueue((mail, result.Reason ?? ""));
            return;
        }

        await handover.RecordAsync(mail, result, stop);
        if (result.Delivery != Delivery.Sent)
            return;

        // The server is there: it was the doing of those before.
        await PostponeAsync(broken, stop);
    }

    private async Task EndAsync(
        WaitlistTurn turn,
        Queue<(OutgoingMail Mail, string Reason)> broken,
        Queue<OutgoingMail> waiting,
        CancellationToken stop
    )
    {
        if (IsServerThere())
            await PostponeAsync(broken, stop);

        var reason = broken.TryPeek(out var first) ? first.Reason : null;
        foreach (var mail in broken.Select(b => b.Mail).Concat(waiting))
            await handover.GiveBackAsync(mail, reason, stop);
        await MailHandover.PersistAsync(() => turns.EndAsync(turn), stop);
        if (reason is not null)
            await Outage.AddAsync(reason, stop);
    }

    private async Task PostponeAsync(
        Queue<(OutgoingMail Mail, string Reason)> broken,
        CancellationToken stop
    )
    {
        while (broken.TryDequeue(out var rejected))
            await handover.PostponeAsync(rejected.Mail, rejected.Reason, stop);
        Outage.End();
    }
}
