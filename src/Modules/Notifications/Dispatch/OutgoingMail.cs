using System.Diagnostics;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace ConcertReservation.Notifications;

/// <summary>A mail that this host has taken from the queue.</summary>
/// <param name="Attempt">1 for the first; also the proof that the mail is still ours.</param>
/// <param name="Try">The same, since it was last asked for: by its event or an operator.</param>
/// <param name="Resends">How often operators asked for it.</param>
/// <param name="TraceParent">Of the event that it tells.</param>
/// <param name="Breaks">How often in a row the server has broken off at it, on any host.</param>
/// <param name="BrokenSince">
/// Of <see cref="Stopwatch"/>: when it did so first; that it was taken, where it did not.
/// </param>
internal sealed record OutgoingMail(
    long Id,
    int Attempt,
    int Try,
    int Resends,
    Guid EventId,
    string Kind,
    string Recipient,
    string RecipientName,
    WrittenMail Written,
    DateTimeOffset CreatedAt,
    string? TraceParent,
    int Breaks,
    long BrokenSince
)
{
    /// <summary>
    /// Whether a mail can have this sender: <c>name@domain</c> or <c>Name &lt;name@domain&gt;</c>.
    /// </summary>
    public static bool CanHaveSender(string address) => MailAddress.TryCreate(address, out _);

    public MailMessageId MessageId => MailMessageId.Of(Id, EventId, Recipient, Resends);

    /// <summary>Tells resends apart in names of files.</summary>
    public string Resend => Resends == 0 ? "" : $".resend{Resends}";

    /// <summary>
    /// As RFC 5322 and MIME have it: text and HTML as alternatives, UTF-8 in base64.
    /// </summary>
    /// <exception cref="FormatException">The recipient is no mail address.</exception>
    public MailMessage ToMessage(MailAddress from)
    {
        var message = new MailMessage(
            from,
            new MailAddress(Recipient, DisplayName(RecipientName), Encoding.UTF8)
        )
        {
            Subject = Written.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
        };
        message.Headers.Add("Message-ID", MessageId.At(from.Host));
        message.Headers.Add("Content-Language", Written.Language);
        // Out-of-office replies to us help nobody (RFC 3834).
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.AlternateViews.Add(View(Written.Text, MediaTypeNames.Text.Plain));
        message.AlternateViews.Add(View(Written.Html, MediaTypeNames.Text.Html));
        return message;
    }

    /// <summary>
    /// The library puts an ASCII name between quotes as it is: one with quotes of its own would end
    /// there, and what follows would be another recipient. Any other name it encodes.
    /// </summary>
    private static string DisplayName(string name)
    {
        var line = MailComposer.OneLine(name)!;
        return Ascii.IsValid(line)
            ? line.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
            : line;
    }

    private static AlternateView View(string body, string mediaType)
    {
        var view = AlternateView.CreateAlternateViewFromString(body, Encoding.UTF8, mediaType);
        view.TransferEncoding = TransferEncoding.Base64;
        return view;
    }
}
