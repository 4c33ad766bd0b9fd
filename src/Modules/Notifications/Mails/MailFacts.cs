using ConcertReservation.Contracts;

namespace ConcertReservation.Notifications;

internal enum MailKind
{
    Welcome,
    SeatsHeld,
    Confirmed,
    Expired,
    Cancelled,
    Refunded,
    SoldOut,
    Reopened,
    EmailChanged,
    NewEmail,
    PasswordChanged,
    AccountDeleted,
}

internal static class MailKindNames
{
    /// <summary>About an account and its address: these go where that was.</summary>
    public static IReadOnlyList<string> OfAccount { get; } =
    [
        .. new[]
        {
            MailKind.Welcome,
            MailKind.EmailChanged,
            MailKind.NewEmail,
            MailKind.PasswordChanged,
            MailKind.AccountDeleted,
        }.Select(Name),
    ];

    /// <summary>As stored and as part of a file's name, such as <c>seats-held</c>.</summary>
    public static string Name(this MailKind kind) =>
        kind switch
        {
            MailKind.Welcome => "welcome",
            MailKind.SeatsHeld => "seats-held",
            MailKind.Confirmed => "confirmed",
            MailKind.Expired => "expired",
            MailKind.Cancelled => "cancelled",
            MailKind.Refunded => "refunded",
            MailKind.SoldOut => "sold-out",
            MailKind.Reopened => "reopened",
            MailKind.EmailChanged => "email-changed",
            MailKind.NewEmail => "new-email",
            MailKind.PasswordChanged => "password-changed",
            MailKind.AccountDeleted => "account-deleted",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}

/// <summary>What a mail tells; what is null is not known, or not told by this kind.</summary>
internal sealed record MailFacts(MailKind Kind)
{
    /// <summary>The customer's name; empty where it is not known.</summary>
    public string CustomerName { get; init; } = "";
    public string? Email { get; init; }
    public string? ConcertName { get; init; }
    public string? Venue { get; init; }
    public DateTimeOffset? StartsAt { get; init; }
    public long? ReservationId { get; init; }
    public int? Seats { get; init; }
    public Money? Amount { get; init; }
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>The reservation that was cancelled had been paid.</summary>
    public bool WasPaid { get; init; }

    /// <summary>The reservation ended because the concert does not take place.</summary>
    public bool ConcertCancelled { get; init; }

    /// <summary>Why the concert does not take place, in the words of its organiser.</summary>
    public string? Reason { get; init; }
    public bool PaidByPoint { get; init; }
    public DateTimeOffset? SoldOutTime { get; init; }

    /// <summary>With the address, the password was changed as well.</summary>
    public bool PasswordChanged { get; init; }
}

/// <summary>A mail in words, before it becomes text or HTML: both say the same.</summary>
/// <param name="Badge">One or two words above the title.</param>
/// <param name="Details">Label and value, in order.</param>
/// <param name="Notice">What to do or know; null where there is nothing.</param>
internal sealed record MailContent(
    MailKind Kind,
    string Language,
    string Subject,
    string Badge,
    string Title,
    string Greeting,
    IReadOnlyList<string> Paragraphs,
    IReadOnlyList<MailDetail> Details,
    string? Notice,
    string Footer
);

internal sealed record MailDetail(string Label, string Value, bool IsStrong = false);

/// <summary>A mail as it is sent.</summary>
internal sealed record WrittenMail(string Language, string Subject, string Text, string Html);
