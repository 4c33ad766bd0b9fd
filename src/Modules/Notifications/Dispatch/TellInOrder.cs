using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ConcertReservation.Notifications;

/// <summary>
/// Sends what is due to one concert's waitlist, one mail after the other, so that who joined first
/// hears first. A mail that is refused for now is tried again later and holds up nobody; one that
/// meets no server keeps its place, and so does one at which the server breaks off, as long as that
/// may be the server's doing.
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
        var othersGo = Outage.IsOn && handover.HasSentSince(Outage.Since);
        if (await turns.TakeAsync(lease, stop) is not { } turn)
        {
            // Others may have told the rest: what is known of this outage is not of the next one.
            if (othersGo)
                Outage.End();
            return 0;
        }

        // Where it is one list's alone, the others are not to wait longer and longer for it.
        if (othersGo)
            Outage.StartOver();
        var mails = await queue.TakeAsync(turn, _options.BatchSize, stop);
        var patience = lease - TimeSpan.FromSeconds(_options.Smtp.TimeoutSeconds);
        var round = new Round(mails, isFull: mails.Count == _options.BatchSize, taken, patience);
        using (var transport = MailTransport.Create(_options))
        {
            while (
                CanGoOn(round, stop)
                && round.MayTryAnother
                && round.Waiting.TryDequeue(out var mail)
            )
                await SendAsync(transport, mail, round, stop);
        }

        await EndAsync(turn, round, stop);
        return mails.Count;
    }

    private static bool CanGoOn(Round round, CancellationToken stop) =>
        !stop.IsCancellationRequested && round.Absence is null && round.HasTime;

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
                round.Broken.Enqueue((mail, result));
                break;
            case Delivery.Sent:
                await handover.RecordAsync(mail, result, stop);
                Outage.End();
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
                    await handover.BlameAsync(broken.Mail, result, stop);
                    break;
                default:
                    await handover.RecordAsync(broken.Mail, result, stop);
                    break;
            }
        }
    }

    private async Task EndAsync(WaitlistTurn turn, Round round, CancellationToken stop)
    {
        var reason = round.Absence;
        foreach (var (mail, result) in round.Broken)
        {
            // Longer than this host pauses: those behind it are first in a round, for once.
            var aside = round.HoldsUpOthers(mail) ? 2 * Outage.NextPause : TimeSpan.Zero;
            if (await handover.BreakOffAsync(mail, result, aside, stop))
                reason ??= result.Reason ?? "";
        }

        foreach (var mail in round.Waiting)
            await handover.GiveBackAsync(mail, reason, stop);
        await MailHandover.PersistAsync(() => turns.EndAsync(turn), stop);
        if (reason is not null)
            await Outage.AddAsync(reason, stop);
    }

    /// <summary>Mails of a turn, in the order of joining.</summary>
    private sealed class Round(
        IEnumerable<OutgoingMail> mails,
        bool isFull,
        Stopwatch taken,
        TimeSpan patience
    )
    {
        public Queue<OutgoingMail> Waiting { get; } = new(mails);

        /// <summary>Mails at which the connection broke, and how.</summary>
        public Queue<(OutgoingMail Mail, DeliveryResult Result)> Broken { get; } = new();

        /// <summary>Why no server was met; null where one was.</summary>
        public string? Absence { get; set; }

        /// <summary>
        /// What is not begun within the lease goes back: another host may have it by then.
        /// </summary>
        public bool HasTime => taken.Elapsed < patience;

        /// <summary>
        /// Where the connection breaks, it is the server or the mail. The more rounds have broken
        /// at the first one, the more are tried behind it: if one of those goes, it is the mail.
        /// </summary>
        public bool MayTryAnother =>
            !Broken.TryPeek(out var first)
            || Broken.Count <= first.Mail.Breaks - MailHandover.PatientBreaks;

        /// <summary>
        /// Whether, round after round, none behind it can be tried: the server goes away at it, or
        /// takes all the time, or as many as are taken together break.
        /// </summary>
        public bool HoldsUpOthers(OutgoingMail mail) =>
            mail.Breaks > MailHandover.PatientBreaks
            && ReferenceEquals(mail, Broken.Last().Mail)
            && (Absence is not null || !HasTime || (isFull && Waiting.Count == 0));
    }
}
