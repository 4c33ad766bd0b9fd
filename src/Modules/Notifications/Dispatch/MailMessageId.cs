using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ConcertReservation.Notifications;

/// <summary>
/// The name under which a mail travels: what comes back of it, comes back with this. The same at
/// every attempt, so that a mail that arrives twice since the server's answer was lost is known as
/// one by mail programs. One that was asked for again, or goes elsewhere, is another.
/// </summary>
/// <param name="RecipientHash">Whom it went to, which the row may have forgotten by then.</param>
internal sealed partial record MailMessageId(
    long MailId,
    Guid EventId,
    string RecipientHash,
    int Resends
)
{
    private const int HashBytes = 8;
    private const int PatienceMilliseconds = 1000;

    public static MailMessageId Of(long mailId, Guid eventId, string recipient, int resends)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(recipient));
        var start = Convert.ToHexStringLower(hash.AsSpan(0, HashBytes));
        return new(mailId, eventId, start, resends);
    }

    /// <param name="text">With or without its angle brackets, of any domain.</param>
    /// <returns>null where it is not one of ours.</returns>
    public static MailMessageId? Parse(string? text)
    {
        if (text is null || Form().Match(text.Trim()) is not { Success: true } match)
            return null;

        var resends = match.Groups["resends"].Value;
        return
            long.TryParse(match.Groups["id"].Value, CultureInfo.InvariantCulture, out var id)
            && Guid.TryParseExact(match.Groups["event"].Value, "N", out var eventId)
            && int.TryParse(resends, CultureInfo.InvariantCulture, out var number)
            ? new(id, eventId, match.Groups["hash"].Value, number)
            : null;
    }

    /// <param name="domain">The sender's.</param>
    public string At(string domain) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<{EventId:N}.{MailId}.{Resends}.{RecipientHash}@{domain}>"
        );

    [GeneratedRegex(
        "^<?(?<event>[0-9a-f]{32})\\.(?<id>[0-9]{1,19})\\.(?<resends>[0-9]{1,10})"
            + "\\.(?<hash>[0-9a-f]{16})@[^@<>\\s]+>?$",
        RegexOptions.CultureInvariant,
        PatienceMilliseconds
    )]
    private static partial Regex Form();
}
