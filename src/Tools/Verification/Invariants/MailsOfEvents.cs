using ConcertReservation.Contracts;

namespace ConcertReservation.Verification.Invariants;

/// <summary>
/// Each event has made its mails, once, of the right kind, to whom it concerns, in their language;
/// a part of 9.
/// </summary>
internal static class MailsOfEvents
{
    private const string DefaultLanguage = "ko";
    private const string ToOldAddress = "email-changed";
    private const string ToNewAddress = "new-email";

    /// <summary>Who joins while everybody is told may be told or not.</summary>
    private static readonly TimeSpan JoiningTakes = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["USER_SIGNED_UP"] = "welcome",
        ["USER_DELETED"] = "account-deleted",
        ["RESERVATION_CREATED"] = "seats-held",
        ["RESERVATION_CONFIRMED"] = "confirmed",
        ["RESERVATION_EXPIRED"] = "expired",
        ["RESERVATION_CANCELLED"] = "cancelled",
        ["PAYMENT_REFUNDED"] = "refunded",
        ["CONCERT_SOLD_OUT"] = "sold-out",
        ["CONCERT_REOPENED"] = "reopened",
    };

    private static bool IsErased(MailRow mail) => mail.Recipient == PersonalFields.ErasedEmail;

    /// <returns>None where the event makes no mail; two to two addresses of one customer.</returns>
    private static string[] KindsOf(TopicEvent e) =>
        e.Event switch
        {
            UserChanged { PreviousEmail: not null } => [ToOldAddress, ToNewAddress],
            UserChanged { PasswordChanged: true } => ["password-changed"],
            _ => Kinds.TryGetValue(e.EventType, out var kind) ? [kind] : [],
        };

    public static void Check(Inspection inspection, History history)
    {
        inspection.Figure("mails", history.Mails.Count);
        foreach (var same in history.Mails.GroupBy(m => (m.EventId, m.UserId, m.Kind)))
        {
            inspection.Require(
                same.Count() == 1,
                () =>
                    (
                        $"event {same.Key.EventId} made {same.Count()} mails "
                        + $"to {same.Key.UserId}"
                    ).About(Subject.Event(same.Key.EventId))
            );
        }

        var mails = history.Mails.ToLookup(m => m.EventId);
        var people = new People(history);
        var deleted = history.Deleted;
        var dead = new DeadLetters(history);
        var told = history.Events.Where(e => KindsOf(e).Length > 0).ToList();
        foreach (var e in told.Where(e => !dead.Has(ConsumerGroups.Notifications, e)))
        {
            // Whoever is gone is written to no more, and the mails that there were name nobody.
            if (deleted.Contains(e.Person ?? 0) && mails[e.EventId].All(IsErased))
                continue;
            if (e.Event is ConcertEvent concert)
                CheckWaitlist(inspection, history, concert, [.. mails[e.EventId]], people);
            else
                CheckMails(inspection, e, [.. mails[e.EventId]], people);
        }

        CheckOrigins(inspection, history, told);
    }

    private static void CheckMails(
        Inspection inspection,
        TopicEvent e,
        IReadOnlyList<MailRow> mails,
        People people
    )
    {
        if (mails.Count != KindsOf(e).Length)
        {
            inspection.Violated(
                $"{e.EventType} {e.Key} made {mails.Count} mails".About(Subject.Event(e.EventId))
            );
        }
        else
        {
            foreach (var mail in mails)
                CheckAddress(inspection, e, mail, people);
        }
    }

    private static void CheckAddress(
        Inspection inspection,
        TopicEvent e,
        MailRow mail,
        People people
    )
    {
        var (user, emails, languages) = e.Event switch
        {
            UserSignedUp u => Of(u.UserId, u.Email, u.Language),
            UserChanged { PreviousEmail: { } old } u => At(
                u.UserId,
                mail.Kind == ToOldAddress ? old : u.Email,
                u.Language
            ),
            UserChanged u => Of(u.UserId, u.Email, u.Language),
            UserDeleted u => At(u.UserId, u.Email, u.Language),
            ReservationCreated r => Of(r.UserId, r.UserEmail, r.Language),
            ReservationConfirmed r => Of(r.UserId, r.UserEmail, r.Language),
            ReservationExpired r => Of(r.UserId, r.UserEmail, r.Language),
            ReservationCancelled r => Of(r.UserId, r.UserEmail, r.Language),
            PaymentRefunded p => (
                p.UserId,
                [.. people.EmailsOf(p.UserId), .. people.EmailsOfHold(p.ReservationId)],
                people.LanguagesOf(p.UserId)
            ),
            _ => (mail.UserId, [mail.Recipient], [mail.Language]),
        };
        inspection.Require(
            mail.UserId == user && emails.Contains(mail.Recipient),
            () =>
                (
                    $"{e.EventType} {e.Key} made a mail to {mail.UserId}, {mail.Recipient}, not to "
                    + $"{user}, {string.Join(" or ", emails)}"
                ).About(Subject.Event(e.EventId), Subject.Customer(user))
        );
        inspection.Require(
            languages.Contains(mail.Language),
            () =>
                (
                    $"{e.EventType} {e.Key} made a mail in {mail.Language}, not in "
                    + string.Join(" or ", languages)
                ).About(Subject.Event(e.EventId), Subject.Customer(user))
        );

        // The event says what was known of address and language when seats were held; the mail may
        // know better.
        (long, string[], string[]) Of(long user, string email, string language) =>
            (user, [email, .. people.EmailsOf(user)], [language, .. people.LanguagesOf(user)]);

        (long, string[], string[]) At(long user, string email, string language) =>
            (user, [email], [language, .. people.LanguagesOf(user)]);
    }

    /// <summary>
    /// Who has left since may have had a mail; who waited all the time must have.
    /// </summary>
    private static void CheckWaitlist(
        Inspection inspection,
        History history,
        ConcertEvent e,
        IReadOnlyList<MailRow> mails,
        People people
    )
    {
        var told = mails.Select(m => m.UserId).ToHashSet();
        var waiting = history
            .Waitlist.Where(w => w.ConcertId == e.ConcertId)
            .Where(w => w.JoinedAt + JoiningTakes <= e.OccurredAt);
        foreach (var customer in waiting)
        {
            inspection.Require(
                told.Contains(customer.UserId),
                () =>
                    $"{e.EventType} {e.Key} was not told to {customer.UserId}, who waited".About(
                        Subject.Event(e.EventId),
                        Subject.Waiting(e.ConcertId, customer.UserId)
                    )
            );
        }

        foreach (var mail in mails)
        {
            inspection.Require(
                mail.Language == DefaultLanguage
                    || people.LanguagesOf(mail.UserId).Contains(mail.Language),
                () =>
                    $"{e.EventType} {e.Key} made a mail in {mail.Language} to {mail.UserId}".About(
                        Subject.Event(e.EventId),
                        Subject.Customer(mail.UserId)
                    )
            );
        }
    }

    /// <summary>Each mail is of an event, and of the kind that the event calls for.</summary>
    private static void CheckOrigins(
        Inspection inspection,
        History history,
        IEnumerable<TopicEvent> told
    )
    {
        var kinds = told.ToDictionary(e => e.EventId, KindsOf);
        foreach (var mail in history.Mails)
        {
            var fitting = kinds.GetValueOrDefault(mail.EventId, []);
            inspection.Require(
                fitting.Contains(mail.Kind),
                () =>
                    (
                        $"event {mail.EventId} made a mail {mail.Kind}, not "
                        + (fitting.Length > 0 ? string.Join(" or ", fitting) : "any")
                    ).About(Subject.Event(mail.EventId))
            );
        }
    }

    /// <summary>What events told of customers.</summary>
    private sealed class People
    {
        private readonly ILookup<long, (string Email, string Language)> _users;
        private readonly ILookup<long, ReservationCreated> _holds;

        public People(History history)
        {
            var events = history.Events.Select(e => e.Event).ToList();
            _users = events
                .OfType<UserSignedUp>()
                .Select(u => (u.UserId, Told: (u.Email, u.Language)))
                .Concat(
                    events
                        .OfType<UserChanged>()
                        .Select(u => (u.UserId, Told: (u.Email, u.Language)))
                )
                .ToLookup(u => u.UserId, u => u.Told);
            _holds = events.OfType<ReservationCreated>().ToLookup(e => e.ReservationId);
        }

        /// <summary>All that the customer has had.</summary>
        public IEnumerable<string> EmailsOf(long user) => _users[user].Select(u => u.Email);

        public IEnumerable<string> EmailsOfHold(long reservation) =>
            _holds[reservation].Select(h => h.UserEmail);

        /// <summary>Korean until somebody has told.</summary>
        public string[] LanguagesOf(long user) =>
            _users[user].Select(u => u.Language).ToArray() is { Length: > 0 } known
                ? known
                : [DefaultLanguage];
    }
}
