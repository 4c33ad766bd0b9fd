using System.Text.RegularExpressions;
using MimeKit;

namespace ConcertReservation.Notifications;

/// <summary>
/// A delivery status notification (RFC 3464): what a mail server says became of a mail that it, or
/// one before it, had taken.
/// </summary>
/// <param name="Mail">
/// The mail that it is about; null where it names none, or none that could be ours.
/// </param>
/// <param name="Failure">
/// Why the mail will never arrive; null where it is late, or has arrived somewhere.
/// </param>
internal sealed partial record DeliveryReport(MailMessageId? Mail, string? Failure)
{
    public const int MaxFailureLength = 500;

    private const int PatienceMilliseconds = 1000;
    private const string NoReason = "The notification gives no reason.";

    /// <returns>null where the message is something else.</returns>
    public static async Task<DeliveryReport?> ReadAsync(Stream message, CancellationToken stop)
    {
        MimeMessage mime;
        try
        {
            mime = await MimeMessage.LoadAsync(message, stop);
        }
        catch (FormatException)
        {
            return null;
        }

        using var _ = mime;
        if (
            mime.Body is not MultipartReport report
            || report.OfType<MessageDeliveryStatus>().FirstOrDefault()
                is not { Content: not null } status
        )
            return null;

        var mail = MessageIds(mime, report).Select(MailMessageId.Parse).OfType<MailMessageId>();
        return new(mail.FirstOrDefault(), FailureOf(status));
    }

    /// <summary>
    /// That of the mail that comes back, all of it or its headers; where a server leaves it out,
    /// the one that the notification answers.
    /// </summary>
    private static IEnumerable<string?> MessageIds(MimeMessage mime, MultipartReport report) =>
        report
            .OfType<MessagePart>()
            .Select(part => part.Message?.MessageId)
            .Append(mime.InReplyTo)
            .Concat(mime.References);

    /// <remarks>
    /// A mail of ours has one recipient, behind whom there may be several: who has it in one
    /// mailbox has it.
    /// </remarks>
    private static string? FailureOf(MessageDeliveryStatus status)
    {
        var byAction = status.StatusGroups.ToLookup(
            group => FirstWord(group["Action"]),
            StringComparer.OrdinalIgnoreCase
        );
        var arrived = byAction["delivered"]
            .Concat(byAction["relayed"])
            .Concat(byAction["expanded"]);
        return arrived.Any() || byAction["failed"].FirstOrDefault() is not { } failed
            ? null
            : Describe(failed);
    }

    /// <summary>Such as <c>5.1.1: 550 no such mailbox</c>.</summary>
    private static string Describe(HeaderList failed)
    {
        var code = StatusCode().Match(failed["Status"] ?? "").Value;
        // After the kind of the diagnostic, "smtp;".
        var diagnostic = failed["Diagnostic-Code"] ?? "";
        diagnostic = diagnostic[(diagnostic.IndexOf(';', StringComparison.Ordinal) + 1)..];
        var told = new[] { code, OneLine(diagnostic) }.Where(part => part.Length > 0).ToList();
        return told.Count == 0 ? NoReason : Cut(string.Join(": ", told));
    }

    /// <summary>Others put a comment behind it.</summary>
    private static string FirstWord(string? text) =>
        (text ?? "").Split([' ', '\t', '('], StringSplitOptions.RemoveEmptyEntries)
            is [var word, ..]
            ? word
            : "";

    private static string OneLine(string text) =>
        string.Join(
            ' ',
            MailComposer.OneLine(text)!.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        );

    private static string Cut(string text)
    {
        if (text.Length <= MaxFailureLength)
            return text;

        var rest = char.IsHighSurrogate(text[MaxFailureLength - 2]) ? 2 : 1;
        return text[..(MaxFailureLength - rest)] + "…";
    }

    [GeneratedRegex(
        "[245]\\.[0-9]{1,3}\\.[0-9]{1,3}",
        RegexOptions.CultureInvariant,
        PatienceMilliseconds
    )]
    private static partial Regex StatusCode();
}
