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
    /// <summary>
    /// Rounds in a row of a host that break at a mail before it may be the mail's own doing: a
    /// server that restarts breaks at whichever comes first.
    /// </summary>
    private const int PatientRounds = 2;

    private readonly NotificationsOptions _options = options.Value;

    /// <summary>In a row, at mails for which the server was there.</summary>
    private int _brokenRounds;

    /// <summary>Of <see cref="Stopwatch"/>: when the first of these ended.</summary>
    private long _brokenSince;

    public Outage Outage { get; } = new(logger);

    /// <returns>How many mails were taken.</returns>
    public async Task<int> SendDueAsync(CancellationToken stop)
    {
        var lease = TimeSpan.FromSeconds(_options.LeaseSeconds);
        var taken = Stopwatch.StartNew();
        if (await turns.TakeAsync(lease, stop) is not { } turn)
        {
            // Others may have told the rest: what is known of this outage is not of the next one.
            if (Outage.Failures > 0 && handover.HasSentSince(Outage.Since))
                EndOutage();
            return 0;
        }

        var mails = await queue.TakeAsync(turn, _options.BatchSize, stop);
        var patience = lease - TimeSpan.FromSeconds(_options.Smtp.TimeoutSeconds);
        var round = new Round(mails, taken, patience);
        using (var transport = MailTransport.Create(_options))
        {
            while (
                CanGoOn(round, stop)
                && MayTryAnother(round.Broken.Count)
                && round.Waiting.TryDequeue(out var mail)
            )
                await SendAsync(transport, mail, round, stop);
        }

        await EndAsync(turn, round, stop);
        return mails.Count;
    }

    private static bool CanGoOn(Round round, CancellationToken stop) =>
        !stop.IsCancellationRequested && round.Absence is null && round.HasTime;

    /// <summary>
    /// Where the connection breaks, it is the server or the mail. The longer nothing goes, the more
    /// mails are tried, so that some which every server rejects do not hold up the list for ever.
    /// </summary>
    private bool MayTryAnother(int broken) => broken <= Math.Max(0, _brokenRounds - PatientRounds);

    /// <summary>A list may be short: that the server takes mails, others show as well.</summary>
    private bool OthersHaveGone() =>
        _brokenRounds >= PatientRounds && handover.HasSentSince(_brokenSince);

    private async Task SendAsync(
        IMailTransport transport,
        OutgoingMail mail,
        Round round,
        CancellationToken stop
    )
    {
        var result = await MailHandover.SendAsync(transport, mail);
        switch (result.Delivery)
        {
            case Delivery.NoServer:
                round.Absence = result.Reason ?? "";
                round.Waiting.Enqueue(mail);
                break;
            case Delivery.Unreachable:
                round.Broken.Enqueue((mail, result.Reason ?? ""));
                break;
            case Delivery.Sent:
                await handover.RecordAsync(mail, result, stop);
                EndOutage();
                await TryBrokenAgainAsync(transport, round, stop);
                break;
            default:
                await handover.RecordAsync(mail, result, stop);
                break;
        }
    }

    /// <summary>
    /// The server is there again: those at which it broke are next, in their order. Where it breaks
    /// once more, it is the mail's doing.
    /// </summary>
    private async Task TryBrokenAgainAsync(
        IMailTransport transport,
        Round round,
        CancellationToken stop
    )
    {
        while (CanGoOn(round, stop) && round.Broken.TryDequeue(out var broken))
        {
            var result = await MailHandover.SendAsync(transport, broken.Mail);
            switch (result.Delivery)
            {
                case Delivery.NoServer:
                    round.Absence = result.Reason ?? "";
                    round.Waiting.Enqueue(broken.Mail);
                    break;
                case Delivery.Unreachable:
                    await handover.PostponeAsync(broken.Mail, broken.Reason, stop);
                    break;
                default:
                    await handover.RecordAsync(broken.Mail, result, stop);
                    break;
            }
        }
    }

    private async Task EndAsync(WaitlistTurn turn, Round round, CancellationToken stop)
    {
        if (round.Absence is null && OthersHaveGone())
            await PostponeBrokenAsync(round, stop);

        var reason = round.Absence;
        if (reason is null && round.Broken.TryPeek(out var first))
        {
            reason = first.Reason;
            if (_brokenRounds++ == 0)
                _brokenSince = Stopwatch.GetTimestamp();
        }

        foreach (var mail in round.Broken.Select(b => b.Mail).Concat(round.Waiting))
            await handover.GiveBackAsync(mail, reason, stop);
        await MailHandover.PersistAsync(() => turns.EndAsync(turn), stop);
        if (reason is not null)
            await Outage.AddAsync(reason, stop);
    }

    private async Task PostponeBrokenAsync(Round round, CancellationToken stop)
    {
        while (round.Broken.TryDequeue(out var rejected))
            await handover.PostponeAsync(rejected.Mail, rejected.Reason, stop);
        EndOutage();
    }

    private void EndOutage()
    {
        Outage.End();
        _brokenRounds = 0;
    }

    /// <summary>Mails of a turn, in the order of joining.</summary>
    private sealed class Round(IEnumerable<OutgoingMail> mails, Stopwatch taken, TimeSpan patience)
    {
        public Queue<OutgoingMail> Waiting { get; } = new(mails);

        /// <summary>Mails at which the connection broke, and why.</summary>
        public Queue<(OutgoingMail Mail, string Reason)> Broken { get; } = new();

        /// <summary>Why no server was met; null where one was.</summary>
        public string? Absence { get; set; }

        /// <summary>
        /// What is not begun within the lease goes back: another host may have it by then.
        /// </summary>
        public bool HasTime => taken.Elapsed < patience;
    }
}
