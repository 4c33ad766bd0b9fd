using ConcertReservation.BuildingBlocks;

namespace ConcertReservation.Notifications;

/// <summary>What a mail of each kind holds, in whichever language.</summary>
internal static class MailLayout
{
    public static MailContent Arrange(MailFacts facts, IMailWording words)
    {
        var text = TextOf(facts, words);
        return new(
            facts.Kind,
            words.Language,
            text.Subject,
            text.Badge,
            text.Title,
            words.Greeting(facts.CustomerName),
            text.Paragraphs,
            [.. Details(facts, words)],
            text.Notice,
            words.Footer
        );
    }

    public static string SubjectOf(MailFacts facts, IMailWording words) =>
        TextOf(facts, words).Subject;

    private static MailText TextOf(MailFacts facts, IMailWording words) =>
        facts.Kind switch
        {
            MailKind.Welcome => words.Welcome(facts),
            MailKind.SeatsHeld => words.SeatsHeld(facts),
            MailKind.Confirmed => words.Confirmed(facts),
            MailKind.Expired => words.Expired(facts),
            MailKind.Cancelled => words.Cancelled(facts),
            MailKind.Refunded => words.Refunded(facts),
            MailKind.SoldOut => words.SoldOut(facts),
            MailKind.Reopened => words.Reopened(facts),
            MailKind.EmailChanged => words.EmailChanged(facts),
            MailKind.NewEmail => words.NewEmail(facts),
            MailKind.PasswordChanged => words.PasswordChanged(facts),
            MailKind.AccountDeleted => words.AccountDeleted(facts),
            _ => throw new ArgumentOutOfRangeException(nameof(facts), facts.Kind, null),
        };

    private static IEnumerable<MailDetail> Details(MailFacts facts, IMailWording words)
    {
        var labels = words.Labels;
        if (facts.Email is { } email)
            yield return new(
                facts.Kind == MailKind.EmailChanged ? labels.NewAddress : labels.Account,
                email
            );
        if (facts.ConcertName is { } concert)
            yield return new(labels.Concert, concert, IsStrong: true);
        if (facts.StartsAt is { } startsAt)
            yield return new(labels.StartsAt, words.Time(KoreanTime.Of(startsAt)));
        if (facts.Venue is { } venue)
            yield return new(labels.Venue, venue);
        if (facts.Reason is { Length: > 0 } reason)
            yield return new(labels.Reason, reason);
        if (facts.Seats is { } seats)
            yield return new(
                facts.Kind == MailKind.Reopened ? labels.AvailableSeats : labels.Seats,
                words.Seats(seats)
            );
        if (facts.SoldOutTime is { } soldOut)
            yield return new(labels.SoldOutTime, words.Time(KoreanTime.Of(soldOut)));
        if (facts.Amount is { } amount)
            yield return new(
                facts.Kind == MailKind.Refunded ? labels.Refund : labels.Amount,
                words.Amount(amount),
                IsStrong: true
            );
        if (facts.HeldUntil is { } until)
            yield return new(
                labels.HeldUntil,
                words.Deadline(KoreanTime.Of(until)),
                IsStrong: true
            );
        if (facts.ReservationId is { } reservation)
            yield return new(labels.ReservationId, $"{reservation}");
    }
}
