using ConcertReservation.Contracts;

namespace ConcertReservation.Notifications;

/// <summary>
/// Every mail in one language; <see cref="MailLayout"/> says what stands where. Times are handed in
/// as Korea has them, where the concerts are.
/// </summary>
internal interface IMailWording
{
    string Language { get; }
    string Footer { get; }
    MailLabels Labels { get; }

    /// <param name="name">Empty where it is not known.</param>
    string Greeting(string name);
    string Seats(int count);
    string Amount(Money amount);
    string Time(DateTimeOffset koreanTime);

    /// <summary>To the second, as a hold ends at one.</summary>
    string Deadline(DateTimeOffset koreanTime);

    MailText Welcome(MailFacts facts);
    MailText SeatsHeld(MailFacts facts);
    MailText Confirmed(MailFacts facts);
    MailText Expired(MailFacts facts);
    MailText Cancelled(MailFacts facts);
    MailText Refunded(MailFacts facts);
    MailText SoldOut(MailFacts facts);
    MailText Reopened(MailFacts facts);
    MailText EmailChanged(MailFacts facts);
    MailText NewEmail(MailFacts facts);
    MailText PasswordChanged(MailFacts facts);
    MailText AccountDeleted(MailFacts facts);
}

/// <summary>What one kind of mail says beside its details.</summary>
/// <param name="Badge">One or two words above the title.</param>
/// <param name="Notice">What to do or know; null where there is nothing.</param>
internal sealed record MailText(
    string Subject,
    string Badge,
    string Title,
    IReadOnlyList<string> Paragraphs,
    string? Notice
);

/// <summary>What the details are called.</summary>
internal sealed record MailLabels(
    string Account,
    string NewAddress,
    string Concert,
    string StartsAt,
    string Venue,
    string Reason,
    string Seats,
    string AvailableSeats,
    string SoldOutTime,
    string Amount,
    string Refund,
    string HeldUntil,
    string ReservationId
);
